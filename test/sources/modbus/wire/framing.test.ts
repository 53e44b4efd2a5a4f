import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii } from '../../../../src/sources/modbus/wire/framing/ascii.js';
import { crc16 } from '../../../../src/sources/modbus/wire/framing/crc-16.js';
import type { Framing } from '../../../../src/sources/modbus/wire/framing/framing.js';
import { mbap } from '../../../../src/sources/modbus/wire/framing/mbap.js';
import { rtu } from '../../../../src/sources/modbus/wire/framing/rtu.js';
import { requestLength } from '../../../../src/sources/modbus/local/request-length.js';
import { answerOf } from '../answer-of.js';
import { quietMs } from '../../../../src/sources/modbus/wire/quiet-ms.js';

const UNIT = 17;

/** Hears these bytes in these pieces. */
const hear = (framing: Framing, pieces: readonly Buffer[]) => {
  const messages: Buffer[] = [];
  const troubles: string[] = [];
  const listener = framing.listener({
    lengthAt: (bytes, at) => requestLength(UNIT, bytes, at),
    onMessage: (adu) => messages.push(Buffer.from(adu)),
    onGarbled: (why) => troubles.push(why),
    onLost: (why) => troubles.push(why),
  });
  for (const piece of pieces) listener.take(piece);
  return { messages, troubles };
};

const cut = (bytes: Buffer, sizes: readonly number[]): readonly Buffer[] => {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) pieces.push(bytes.subarray(at, (at += size)));
  return [...pieces, bytes.subarray(at)];
};

const request = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 0, max: 65_535 }))
    .map(([code, a, b]) => Buffer.of(UNIT, code, a >> 8, a & 255, b >> 8, b & 255)),
  fc
    .array(fc.integer({ min: 0, max: 65_535 }), { minLength: 1, maxLength: 123 })
    .map((words) => Buffer.concat([Buffer.of(UNIT, 16, 0, 1, 0, words.length, words.length * 2), answerOf(words)])),
);

describe.each([
  ['socket', mbap],
  ['rtu', rtu],
  ['ascii', ascii],
] as const)('%s', (_, framing) => {
  it('finds the messages of a stream, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 }),
        (sent, sizes) => {
          const bytes = Buffer.concat(sent.map((adu, i) => framing.frame(adu, i)));
          expect(hear(framing, cut(bytes, sizes))).toEqual({ messages: sent, troubles: [] });
        },
      ),
    );
  });

  it('throws at nothing that may come', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes))), (pieces) => {
        hear(framing, pieces);
      }),
    );
  });
});

describe('what the specification gives as an example', () => {
  it('is an rtu message', () => {
    expect(rtu.frame(Buffer.from('1103006b0003', 'hex'), 0).toString('hex')).toBe('1103006b00037687');
    expect(crc16(Buffer.from('0207', 'hex'))).toBe(0x1241);
  });
  it('is an ascii message', () => {
    expect(ascii.frame(Buffer.from('1103006b0003', 'hex'), 0).toString('latin1')).toBe(':1103006B00037E\r\n');
  });
  it('is a message of Modbus TCP', () => {
    expect(mbap.frame(Buffer.from('ff0300010002', 'hex'), 0x1501).toString('hex')).toBe('150100000006ff0300010002');
  });
  it('is the silence between messages', () => {
    expect([9_600, 19_200, 115_200].map(quietMs)).toEqual([4.010416666666667, 2.0052083333333335, 1.75]);
  });
});

describe('rtu', () => {
  it('finds a request among the talk of other slaves', () => {
    const ours = rtu.frame(Buffer.of(UNIT, 3, 0, 7, 0, 1), 0);
    const other = fc
      .uint8Array({ minLength: 1, maxLength: 252 })
      .filter((bytes) => bytes[0] !== UNIT && bytes[0] !== 0);
    fc.assert(
      fc.property(fc.array(other, { maxLength: 5 }), (others) => {
        const talk = others.map((bytes) => rtu.frame(Buffer.from(bytes), 0));
        // A false beginning at the end of theirs may wait for eight bytes: they have come with the second request.
        const { messages } = hear(rtu, [...talk, ours, ours]);
        expect(messages.map((adu) => adu.toString('hex'))).toContain('110300070001');
      }),
    );
  });
});

describe('ascii', () => {
  it('begins anew with each colon, and takes small letters', () => {
    const { messages } = hear(ascii, [Buffer.from('x:1103:1103006b00037e\r\n')]);
    expect(messages).toEqual([Buffer.from('1103006b0003', 'hex')]);
  });
  it.each([
    [':1103006B00037F\r\n', 'the LRC is wrong'],
    [':1103006B0003\r\n', 'the LRC is wrong'],
    [':110\r\n', 'a line is not made of hexadecimal digits'],
    [':11xx\r\n', 'a line is not made of hexadecimal digits'],
  ])('says of %j that %s', (line, why) => {
    expect(hear(ascii, [Buffer.from(line)])).toEqual({ messages: [], troubles: [why] });
  });
  it('gives a line up that is longer than any message', () => {
    const { messages } = hear(ascii, [
      Buffer.from(`:${'0'.repeat(600)}`),
      Buffer.from('\r\n'),
      ascii.frame(Buffer.of(UNIT, 3, 0), 0),
    ]);
    expect(messages).toEqual([Buffer.of(UNIT, 3, 0)]);
  });
});

describe('socket', () => {
  it.each([
    ['another protocol', '000100010006110300010002'],
    ['no message', '000100000001ff'],
    ['more than a message holds', '0001000000ff11'],
  ])('is lost with a header that names %s, and begins anew when it is cleared', (_, hex) => {
    expect(hear(mbap, [Buffer.from(hex, 'hex')]).troubles).toEqual(['what came has no header of Modbus TCP']);
  });
});
