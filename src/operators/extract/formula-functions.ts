/** Half goes to the even neighbour, as in Python, and a half is one only if it is exact: 2.675 is a little less. */
const evenly = (x: number, digits: number): number => {
  const exact = x.toFixed(100);
  const cut = exact.indexOf('.') + 1 + digits;
  const isHalf = /^50*$/.test(exact.slice(cut));
  const shorter = exact.slice(0, cut);
  return Number(isHalf && /[02468]\.?$/.test(shorter) ? shorter : x.toFixed(digits)) + 0;
};

const round = (x: number, digits = 0): number =>
  Number.isInteger(digits) && digits >= 0 && digits <= 15 && Math.abs(x) < 1e21 ? evenly(x, digits) : NaN;

const alone =
  (of: (x: number) => number) =>
  (args: readonly number[]): number =>
    args.length === 1 ? of(args[0] ?? NaN) : NaN;

/** The functions that a formula may call, by name. NaN: not with these arguments. */
export const formulaFunctions: ReadonlyMap<string, (args: readonly number[]) => number> = new Map([
  ['abs', alone(Math.abs)],
  ['int', alone(Math.trunc)],
  ['float', alone((x) => x)],
  ['min', (args: readonly number[]) => (args.length > 1 ? Math.min(...args) : NaN)],
  ['max', (args: readonly number[]) => (args.length > 1 ? Math.max(...args) : NaN)],
  ['round', ([x = NaN, ...rest]: readonly number[]) => (rest.length < 2 ? round(x, ...rest) : NaN)],
]);
