import { utf8 } from './utf8.js';

const slice = /\[(-?\d*)(:(-?\d*))?\]/g;

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || text === '' || text === '-' ? undefined : Number(text);

/**
 * Compiles a text in which `[a:b]`, `[a:]`, `[:b]`, `[:]` and `[i]` stand for bytes of a payload; negative numbers count from its end.
 * Bytes become UTF-8 text or, with `hex`, two lower-case hexadecimal digits each. A slice beyond the end is empty.
 */
export const byteSlices = (text: string, hex = false): ((bytes: Buffer) => string) => {
  const show = (bytes: Buffer): string => (hex ? bytes.toString('hex') : utf8(bytes));
  return (bytes) =>
    text.replace(slice, (written: string, from: string, range: string | undefined, to: string | undefined) => {
      const start = numberOf(from);
      if (range !== undefined) return show(bytes.subarray(start ?? 0, numberOf(to) ?? bytes.length));
      if (start === undefined) return written;
      const at = start < 0 ? bytes.length + start : start;
      return at < 0 ? '' : show(bytes.subarray(at, at + 1));
    });
};
