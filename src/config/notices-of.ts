import type { Decoded } from '../model/decode.js';
import type { FileIdle } from './idle-notice.js';

/** What a person should know about a file although it stops nothing. */
export interface Notices {
  readonly notices: readonly string[];
  readonly idle: readonly FileIdle[];
}

/** So many are named one by one. */
const MOST_NAMED = 100;

/** What decoding a file tells beside its value and its mistakes: keys that nothing reads, and keys without effect. */
export const noticesOf = ({ unknown, hints, idle }: Decoded<unknown>, file: string): Notices => ({
  notices: [
    ...unknown.slice(0, MOST_NAMED).map((path) => {
      const hint = hints.get(path);
      const more = hint === undefined ? '' : ` The most like it is ${JSON.stringify(hint)}.`;
      return `${file}: nothing reads the key ${JSON.stringify(path)}.${more}`;
    }),
    ...(unknown.length > MOST_NAMED ? [`${file}: nothing reads ${unknown.length - MOST_NAMED} more keys.`] : []),
  ],
  idle: idle.map((one) => ({ ...one, file })),
});
