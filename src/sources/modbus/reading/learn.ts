import { addressKey } from './address-key.js';
import type { Learned } from './learned.js';
import type { Place, Read } from './place.js';

const keysOf = (functionCode: number, from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => addressKey(functionCode, from + i));

const spanOf = ({ functionCode, address, width }: Place): readonly number[] =>
  keysOf(functionCode, address, address + width);

/** The addresses of a request that no place of it needs. */
const gapsIn = ({ functionCode, address, count, places }: Read): readonly number[] => {
  const needed = new Set(places.flatMap(spanOf));
  return keysOf(functionCode, address, address + count).filter((key) => !needed.has(key));
};

/** Where a request of several places can be cut into two, near its middle. */
const cutIn = ({ functionCode, address, count, places }: Read): number => {
  const starts = [...new Set(places.map((place) => place.address))].filter((start) => start > address);
  const ends = places.map((place) => place.address + place.width).filter((end) => end < address + count);
  const middle = address + count / 2;
  const [best = address + 1] = [...starts, ...ends].sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  return addressKey(functionCode, best);
};

const isShared = ({ address, count, places }: Read): boolean =>
  places.some((place) => place.address !== address || place.width !== count);

/**
 * What is known after a request was refused ("illegal data address", or "illegal data value" of one that was merged) and its places were then asked for one
 * by one; `refused` are those that were refused again.
 *
 * - Places that are refused alone explain it: their addresses are illegal, and no request for others reads them along. They are asked for alone from now on.
 * - If none is, it was what lies between them: no request reads that along any more.
 * - If nothing lies between them either, the slave does not answer them together: the request is cut in two.
 *
 * Promises: more is known afterwards, and a slave that is asked again and again for what it has is soon asked in a way that it answers; the same object if
 * there is nothing to learn: a place alone that is known to be refused, or that was answered the second time. Changes nothing of what it is given.
 */
export const learn = (learned: Learned, read: Read, refused: readonly Place[]): Learned => {
  const unexplained = refused.map(spanOf).filter((span) => !span.some((key) => learned.illegal.has(key)));
  if (unexplained.length > 0) return { ...learned, illegal: new Set([...learned.illegal, ...unexplained.flat()]) };
  if (refused.length > 0 || !isShared(read)) return learned;
  const gaps = gapsIn(read);
  if (gaps.length > 0) return { ...learned, illegal: new Set([...learned.illegal, ...gaps]) };
  return { ...learned, cuts: new Set([...learned.cuts, cutIn(read)]) };
};
