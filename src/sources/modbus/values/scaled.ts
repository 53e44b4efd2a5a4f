/** How a number that was read is scaled. A factor of 0 counts as absent. */
export interface Scale {
  readonly divider?: number;
  readonly multiplier?: number;
}

const exactly = (value: number | bigint, divider: number | undefined, factor: number): bigint | undefined => {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined;
  if (!Number.isSafeInteger(divider ?? factor)) return undefined;
  const whole = BigInt(value);
  if (divider === undefined) return whole * BigInt(factor);
  return whole % BigInt(divider) === 0n ? whole / BigInt(divider) : undefined;
};

/**
 * A number divided or multiplied; the divider wins.
 *
 * Promises: the result of whole numbers is exact where it is whole, however large it is; any other is the nearest float.
 */
export const scaled = (value: number | bigint, { divider = 0, multiplier = 0 }: Scale): number | bigint => {
  if (divider === 0 && multiplier === 0) return value;
  const near = divider === 0 ? Number(value) * multiplier : Number(value) / divider;
  if (typeof value === 'number' && Math.abs(near) <= Number.MAX_SAFE_INTEGER) return near;
  return exactly(value, divider === 0 ? undefined : divider, multiplier) ?? near;
};
