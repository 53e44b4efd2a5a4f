import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

const MEGABYTE = 1024 * 1024;
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const named = (name: string): string => JSON.stringify({ name, value: 1 });
const manyKeys = JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key-${i}`, i])));

interface Nasty {
  readonly what: string;
  readonly topic?: string;
  readonly payload: string | Buffer;
  /** What becomes of it: `failed` is counted and acknowledged, `refused` a dead letter, nothing has nothing to say; or the device it arrives for. */
  readonly end: 'failed' | 'refused' | 'nothing' | { readonly device: string };
}

const odd = 'sensor/odd/data';
const arrives = { device: 'odd' };

const inputs: readonly Nasty[] = [
  { what: 'malformed JSON', payload: '{"seq":', end: 'failed' },
  { what: 'no JSON at all', payload: 'hello', end: 'failed' },
  { what: 'an empty payload', payload: '', end: 'nothing' },
  { what: 'bytes that are not UTF-8', payload: Buffer.from([0xff, 0xfe, 0x00, 0xc0, 0xaf]), end: 'failed' },
  {
    what: 'a text with a byte that is not UTF-8',
    payload: Buffer.concat([Buffer.from('{"text":"a'), Buffer.from([0xff]), Buffer.from('b"}')]),
    end: arrives,
  },
  { what: 'a number and no object', payload: '7', end: 'nothing' },
  { what: 'null', payload: 'null', end: 'nothing' },
  {
    what: 'one value of 1 MB, which no platform takes',
    payload: JSON.stringify({ big: 'x'.repeat(MEGABYTE) }),
    end: 'refused',
  },
  { what: '1 MB that is not JSON', payload: 'x'.repeat(MEGABYTE), end: 'failed' },
  {
    what: '1 MB in many values',
    payload: JSON.stringify(
      Object.fromEntries(Array.from({ length: 1_024 }, (_, i) => [`part-${i}`, 'x'.repeat(1_000)])),
    ),
    end: arrives,
  },
  { what: '__proto__ as a key', payload: '{"__proto__":{"polluted":1},"constructor":2,"toString":3}', end: arrives },
  { what: '10,000 keys', payload: manyKeys, end: arrives },
  { what: 'a list 1,000 deep', payload: nested(1_000), end: 'nothing' },
  { what: 'a value 1,000 deep', payload: `{"deep":${nested(1_000)}}`, end: 'failed' },
  { what: 'a value 100,000 deep', payload: `{"deep":${nested(100_000)}}`, end: 'failed' },
  { what: 'a value 500 deep', payload: `{"deep":${nested(500)}}`, end: arrives },
  { what: 'an empty name in the topic', topic: 'sensor//data', payload: '{"a":1}', end: 'failed' },
  { what: 'an empty name', topic: 'named', payload: named(''), end: 'failed' },
  { what: 'a blank name', topic: 'named', payload: named('  '), end: 'failed' },
  { what: 'a name with quotes', topic: 'named', payload: named('"quoted" \\'), end: { device: '"quoted" \\' } },
  { what: 'quotes in the topic', topic: 'sensor/"q"/data', payload: '{"a":1}', end: { device: '"q"' } },
  { what: 'a name with slashes', topic: 'named', payload: named('a/b//c'), end: { device: 'a/b//c' } },
  { what: 'an emoji for a name', topic: 'sensor/🚜/data', payload: '{"a":1}', end: { device: '🚜' } },
  { what: '__proto__ for a name', topic: 'named', payload: named('__proto__'), end: { device: '__proto__' } },
  { what: 'a name with NUL', topic: 'named', payload: '{"name":"nul\\u0000","value":1}', end: 'failed' },
];

peer('mosquitto', haveMosquitto())('whatever a device sends', () => {
  const stage = staged();

  test.each([4, 5] as const)(
    'the next good message arrives, and all is accounted for, MQTT level %i',
    async (version) => {
      const { tap, platform, book, ...on } = await stage({ version });
      const devices = await on.devices({ count: 1 });
      const daemon = on.start();
      const count = { failed: 0, refused: 0, delivered: 0 };
      for (const [i, { what, topic = odd, payload, end }] of inputs.entries()) {
        await devices.publish(topic, payload);
        await devices.burst(1);
        await on.arrived(i + 1, 10_000).catch((error: unknown) => {
          throw new Error(`after ${what}: ${String(error)}`);
        });
        count.delivered += 1;
        if (end === 'failed') count.failed += 1;
        else if (end === 'refused') count.refused += 1;
        else if (end !== 'nothing') {
          count.delivered += 1;
          await platform.until(() => platform.devices.has(end.device), 10_000, what);
        }
        await daemon.until(
          () => daemon.counted('failed') === count.failed,
          5_000,
          `${count.failed} failed after ${what}`,
        );
      }
      const sums = await daemon.sums(({ queued }) => queued === 0);
      expect(sums.dropped).toEqual({ refused: count.refused });
      expect(sums).toMatchObject({ received: count.delivered + count.refused, delivered: count.delivered });
      await tap.until(() => tap.counts.acknowledged === 2 * inputs.length);
      expect(tap.counts).toMatchObject({ acknowledged: 2 * inputs.length, orderViolations: 0, refused: 0 });
      expect(platform.violations).toEqual([]);

      const { telemetry } = platform.devices.get('odd')!;
      const latest = (key: string): unknown => [...(telemetry.get(key)?.values() ?? [])].at(-1);
      expect(latest('text')).toBe('ab');
      expect(latest('__proto__')).toEqual({ polluted: 1 });
      expect(latest('constructor')).toBe(2);
      expect([...telemetry.keys()].filter((key) => key.startsWith('key-'))).toHaveLength(10_000);
      expect([...telemetry.keys()].filter((key) => key.startsWith('part-'))).toHaveLength(1_024);
      expect(JSON.stringify(latest('deep'))).toBe(nested(500));
      expect(book.report()).toMatchObject({ duplicates: 0, outOfOrder: 0 });
    },
    90_000,
  );
});
