/** Reads a number of IEEE 754 binary16 from its 16 bits. */
const fromHalf = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

/** To a whole number, and from halfway to the even one. */
const toEven = (n: number): number => {
  const down = Math.floor(n);
  const rest = n - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
};

/** The 16 bits of the nearest number, halfway to the even one. Undefined beyond the largest (65504). */
const toHalf = (value: number): number | undefined => {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -14) return sign | toEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  // The logarithm may be off by one just below a power of two.
  const exact = 2 ** exponent > size ? exponent - 1 : 2 ** (exponent + 1) <= size ? exponent + 1 : exponent;
  const scaled = toEven(size * 2 ** (10 - exact));
  const bits = ((exact + 15) << 10) + (scaled - 1024);
  return bits >= 0x7c00 || !Number.isFinite(size) ? undefined : sign | bits;
};

/** Numbers of 16 bits (IEEE 754 binary16), which Node 20 cannot read or write. */
export const halfFloat = { from: fromHalf, to: toHalf };
