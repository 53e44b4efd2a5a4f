/** From 10^21 on toFixed writes an exponent, and there are no decimals to round. */
const LARGE = 1e21;

/**
 * Rounds to a number of decimals: to the nearest, and from exactly halfway to the even one, as Python does. Promises: what is nearest is judged by the
 * number as it is, not by its shortest text.
 */
export const rounded = (value: number, decimals: number): number => {
  if (!Number.isFinite(value) || Math.abs(value) >= LARGE) return value;
  // Halfway between two decimals is an odd number of so small a power of two.
  const halves = Math.abs(value) * 2 ** (decimals + 1);
  if (!Number.isSafeInteger(halves) || halves % 2 === 0) return Number(value.toFixed(decimals));
  const below = (BigInt(halves) * 5n ** BigInt(decimals) - 1n) / 2n;
  const even = below % 2n === 0n ? below : below + 1n;
  return (Math.sign(value) * Number(even)) / 10 ** decimals;
};
