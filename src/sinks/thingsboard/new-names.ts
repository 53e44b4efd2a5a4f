import { replace } from '../../model/envelope.js';
import type { Envelope } from '../../model/envelope.js';
import { frameOf } from './frame-of.js';
import type { Part } from './part.js';

/** What the platform has renamed while messages were on their way. */
export interface NewNames {
  /** Counts one more, a message: what is `born` at a number knows the renames of lower ones. */
  readonly next: () => number;
  /** The latest number. */
  readonly now: () => number;
  /** A device has another name from now on. */
  readonly add: (old: string, now: string) => void;
  /** What a device is called now that had this name at that number. */
  readonly of: (device: string, born: number) => string;
  /** The pack under the names of now; the pack itself where none of them has changed. */
  readonly in: (pack: readonly Envelope<Part>[]) => readonly Envelope<Part>[];
}

interface Rename {
  readonly at: number;
  readonly old: string;
  readonly now: string;
}

/** Renames that are remembered: more than messages can be on their way. */
const MOST = 10_000;

/**
 * Keeps the renames that messages on their way do not know of yet. Those that the sink takes later have the new name already, so a name that
 * goes to another device belongs to that one from then on.
 *
 * Promises: costs a comparison while nothing was renamed, and for what is younger than the last rename; memory is bounded.
 */
export const newNames = (): NewNames => {
  let renames: Rename[] = [];
  let count = 0;
  let latest = -1;

  const nameOf = (device: string, born: number): string =>
    born > latest
      ? device
      : renames.reduce((name, { at, old, now }) => (at > born && old === name ? now : name), device);
  const part = (item: Envelope<Part>): Envelope<Part> => {
    const { value } = item;
    const key = nameOf(value.key, value.born);
    if (key === value.key) return item;
    return replace(item, { ...value, key, born: latest, frame: value.frame === 0 ? 0 : frameOf(key) });
  };
  return {
    next: () => (count += 1),
    now: () => count,
    add: (old, now) => {
      latest = count += 1;
      renames.push({ at: latest, old, now });
      if (renames.length > MOST) renames = renames.slice(MOST / 2);
    },
    of: nameOf,
    in: (pack) => {
      if (latest < 0 || pack.every(({ value }) => value.born > latest)) return pack;
      const named = pack.map(part);
      return named.every((item, i) => item === pack[i]) ? pack : named;
    },
  };
};
