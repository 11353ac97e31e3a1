const dayMs = 24 * 60 * 60 * 1000;

/** The first UTC day that may still get rows. */
export const today = () => new Date().toISOString().slice(0, 10);

export const dayAfter = (day: string) =>
  new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
