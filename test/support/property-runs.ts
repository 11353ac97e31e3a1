/** How often a property is tried: `PROPERTY_RUNS=5000 npm test -- test/property` looks harder. */
export const propertyRuns = Number(process.env.PROPERTY_RUNS ?? 200);
