import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mqttFrames } from '../../prove/mqtt-frames.js';

/** The length of an MQTT packet, seven bits a byte. */
const length = (n: number): readonly number[] => (n < 128 ? [n] : [(n % 128) + 128, ...length(Math.floor(n / 128))]);
const packet = fc
  .record({ head: fc.integer({ min: 16, max: 255 }), size: fc.integer({ min: 0, max: 20_000 }) })
  .map(({ head, size }) => Buffer.from([head, ...length(size), ...new Uint8Array(size).fill(head)]));

test('packets come out whole and in order, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 9_000 })), (packets, cuts) => {
      const frames = mqttFrames();
      const all = Buffer.concat(packets);
      const out: Buffer[] = [];
      let from = 0;
      for (const size of [...cuts, all.length]) {
        out.push(...frames(all.subarray(from, from + size)));
        from = Math.min(all.length, from + size);
      }
      expect(out.map((it) => it.toString('hex'))).toEqual(packets.map((it) => it.toString('hex')));
    }),
    { numRuns: 50 },
  );
});
