import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import type { Json } from '../../../src/model/message.js';
import { reservedCall } from '../../../src/sources/modbus/commands/reserved-call.js';
import { point } from '../../../src/sources/modbus/config/point.js';
import { slave } from '../../../src/sources/modbus/config/slave.js';
import type { Slave } from '../../../src/sources/modbus/config/slave.js';
import { nothingLearned } from '../../../src/sources/modbus/reading/learned.js';
import { pointsOf } from '../../../src/sources/modbus/reading/points-of.js';
import { readingOf } from '../../../src/sources/modbus/reading/reading-of.js';
import { readsOf } from '../../../src/sources/modbus/reading/reads-of.js';
import { decoderOf } from '../../../src/sources/modbus/values/decoder-of.js';
import { writeOf } from '../../../src/sources/modbus/values/write-of.js';
import type { Writable } from '../../../src/sources/modbus/values/write-of.js';
import { otherwise } from '../../fixtures/compat/otherwise.js';
import { stamper } from '../../../src/operators/stamp.js';
import { answerOf } from './answer-of.js';

type Raw = Readonly<Record<string, unknown>>;

interface Vector {
  readonly kind: string;
  readonly name: string;
  readonly config: Raw;
  readonly input: Raw;
  readonly expected: unknown;
}

const { now, vectors } = JSON.parse(
  readFileSync(new URL('../../fixtures/compat/vectors/modbus.json', import.meta.url), 'utf8'),
) as { now: number; vectors: readonly Vector[] };

type Answer = readonly (number | boolean)[];

const read = <A>(codec: Parameters<typeof decode<A>>[0], raw: unknown): A => {
  const { value, problems } = decode(codec, raw);
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
};

const slaveWith = (config: Raw): Slave =>
  read(slave, { host: 'h', port: 502, method: 'socket', unitId: 1, pollPeriod: 1, deviceName: 'D', ...config });

const error = { $error: 'error' };

/** What a vector calls an error may be any. */
const attempt = (run: () => unknown): unknown => {
  try {
    return run();
  } catch {
    return error;
  }
};

const run: Readonly<Record<string, (vector: Vector) => unknown>> = {
  decode: ({ config, input }) =>
    attempt(() => {
      const decoded = read(point, config);
      const of = { ...decoded, byteOrder: decoded.byteOrder ?? 'LITTLE', wordOrder: decoded.wordOrder ?? 'LITTLE' };
      return decoderOf(of)(answerOf((input.registers ?? input.bits) as Answer), 0);
    }),
  encode: ({ config, input }) =>
    attempt(() => {
      const write = writeOf(config as unknown as Writable, input.value as Json);
      const values = 'coils' in write ? write.coils : write.registers;
      return config.functionCode === 5 ? Number(values[0]) : values.length === 1 ? values[0] : values;
    }),
  address_range: ({ config, input }) => {
    const timeseries = [{ tag: 't', type: '16int', functionCode: 3, ...config, ...input }];
    const of = slaveWith({ timeseries, mergeRequests: false });
    return readsOf(of, pointsOf(of), nothingLearned).map(({ address, count }) => [address, count]);
  },
  uplink: ({ config, input }) => {
    const of = slaveWith(config);
    const points = pointsOf(of);
    const answers = { ...(input.telemetry as Raw), ...(input.attributes as Raw) };
    const found = points.map((it) => {
      const [answer] = answers[it.origin.tag] as readonly Answer[];
      const { address } = it.origin;
      const from = typeof address === 'number' ? address : address.first;
      return [it, it.decode(answerOf(answer!), it.address - from)] as const;
    });
    const reading = readingOf(of, points)(found)!;
    const { device, profile, telemetry, attributes } = stamper({ now: () => now })(reading);
    return { deviceName: device, deviceType: profile, telemetry, attributes };
  },
  rpc_parse: ({ input }) =>
    attempt(() => {
      const { method, params } = (input.data ?? input) as { method: string; params: Json };
      const { value, ...place } = reservedCall(method as 'get' | 'set', params);
      return { params: place, value: value ?? null };
    }),
};

/** Only the reserved texts are read here: the others are what a command is anyway. */
const ours = vectors.filter(({ kind, name }) => kind !== 'rpc_parse' || name.startsWith('reserved'));

const json = (expected: unknown): unknown => {
  if (typeof expected !== 'object' || expected === null) return expected;
  if ('$int' in expected) return expected.$int;
  if ('$error' in expected) return error;
  return 'params' in expected && 'value' in expected ? { params: expected.params, value: expected.value } : expected;
};

describe('vectors', () => {
  it('are there of every kind', () => expect(new Set(ours.map(({ kind }) => kind))).toEqual(new Set(Object.keys(run))));
  it.each(ours.map((vector) => [vector.kind, vector.name, vector] as const))('%s: %s', (kind, name, vector) => {
    const id = `modbus/${kind}/${name}`;
    const expected = otherwise.has(id) ? otherwise.get(id) : json(vector.expected);
    const found = run[kind]!(vector);
    if (typeof expected !== 'number') expect(found).toEqual(expected);
    else expect(Math.abs(Number(found) - expected)).toBeLessThanOrEqual(Math.abs(expected) * 1e-9);
  });
});
