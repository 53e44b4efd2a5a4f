import type { Framing } from './framing.js';

const NOTHING = Buffer.alloc(0);
const COLON = 0x3a;
const END = 0x0a;
/** Characters of the longest message: a colon, 255 bytes as two digits each, and the end of the line. */
const LONGEST = 513;

/** The check: the sum of all bytes, negated. */
const lrc = (bytes: Buffer): number => -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;

/** The message that a line holds, or why it holds none. */
const messageIn = (line: Buffer): Buffer | string => {
  const text = line.toString('latin1').trimEnd();
  if (!/^:(?:[\da-f]{2}){3,}$/i.test(text)) return 'a line is not made of hexadecimal digits';
  const bytes = Buffer.from(text.slice(1), 'hex');
  const adu = bytes.subarray(0, -1);
  return lrc(adu) === bytes.at(-1) ? adu : 'the LRC is wrong';
};

/** ascii: a colon, the bytes of the message and its LRC as hexadecimal digits, and the end of the line. What precedes a colon is passed over. */
export const ascii: Framing = {
  numbered: false,
  frame: (adu) => {
    const digits = Buffer.concat([adu, Buffer.of(lrc(adu))]).toString('hex');
    return Buffer.from(`:${digits.toUpperCase()}\r\n`, 'latin1');
  },
  listener: ({ onMessage, onGarbled }) => {
    let kept: Buffer = NOTHING;
    const line = (bytes: Buffer): void => {
      const start = bytes.lastIndexOf(COLON);
      if (start < 0) return;
      const message = messageIn(bytes.subarray(start));
      if (typeof message === 'string') onGarbled(message);
      else onMessage(message, 0);
    };
    return {
      clear: () => {
        kept = NOTHING;
      },
      take: (chunk) => {
        let rest = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
        kept = NOTHING;
        for (let end = rest.indexOf(END); end >= 0; end = rest.indexOf(END)) {
          line(rest.subarray(0, end));
          rest = rest.subarray(end + 1);
        }
        const start = rest.lastIndexOf(COLON);
        if (start >= 0 && rest.length - start < LONGEST) kept = Buffer.from(rest.subarray(start));
      },
    };
  },
};
