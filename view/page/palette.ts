/**
 * Colours that people with any colour vision tell apart, in an order in which neighbours differ in
 * lightness, too. Okabe and Ito, "Color Universal Design" (2008); the yellow is left out, as it is
 * hardly seen on white.
 */
const series = [
  '#0072B2',
  '#E69F00',
  '#009E73',
  '#CC79A7',
  '#56B4E9',
  '#D55E00',
  '#6A3D9A',
] as const;

/** What is left together. */
const othersColour = '#8C8C8C';

/** Words that have the same colour everywhere. */
const ofWord: Readonly<Record<string, string>> = {
  others: othersColour,
  failed: '#D55E00',
  'without MFA': '#E69F00',
  'with MFA': '#0072B2',
  'MFA not said': '#8C8C8C',
};

/** A colour for each name, in their order. */
export function coloursOf(names: readonly string[]): ReadonlyMap<string, string> {
  let next = 0;
  return new Map(
    names.map((name) => [name, ofWord[name] ?? series[next++ % series.length] ?? othersColour]),
  );
}

export interface StateLook {
  readonly colour: string;
  /** Share of the lane's height: states are told apart by it as well as by their colours. */
  readonly height: number;
}

/** How a state of an instance is drawn. */
export const stateLooks: Readonly<Record<string, StateLook>> = {
  pending: { colour: '#E69F00', height: 1 },
  running: { colour: '#0072B2', height: 1 },
  stopping: { colour: '#CC79A7', height: 0.7 },
  stopped: { colour: '#8C8C8C', height: 0.4 },
  'shutting-down': { colour: '#D55E00', height: 0.7 },
  terminated: { colour: '#555555', height: 0.12 },
};

export const unknownState: StateLook = { colour: '#BDBDBD', height: 0.12 };

export const lookOf = (state: string) => stateLooks[state] ?? { colour: '#009E73', height: 0.6 };

/** From few to many: light to dark on a light page, the other way round on a dark one (viridis). */
const few = ['#440154', '#3B528B', '#21918C', '#5EC962', '#FDE725'] as const;

/** @param share from 0 to 1 */
export function heatColour(share: number, isDark: boolean): string {
  const place = (isDark ? share : 1 - share) * (few.length - 1);
  const from = few[Math.min(few.length - 2, Math.floor(place))] ?? few[0];
  const to = few[Math.min(few.length - 1, Math.floor(place) + 1)] ?? few[0];
  const part = place - Math.min(few.length - 2, Math.floor(place));
  const mixed = [1, 3, 5].map((at) => {
    const [a, b] = [from, to].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16));
    return Math.round((a ?? 0) + ((b ?? 0) - (a ?? 0)) * part);
  });
  return `rgb(${mixed.join(', ')})`;
}
