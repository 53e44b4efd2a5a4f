/** How often a property is tried: so often as it takes a second or two, or FUZZ_RUNS times. `npx vitest run test/fuzz` with FUZZ_RUNS=100000 is the long form. */
export const runs = (usual: number): { readonly numRuns: number } => ({
  numRuns: process.env.FUZZ_RUNS === undefined ? usual : Number(process.env.FUZZ_RUNS),
});

/** How long the tests of a file may take, in ms. */
export const patience = process.env.FUZZ_RUNS === undefined ? 30_000 : 3_600_000;
