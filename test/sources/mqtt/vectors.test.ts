import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { ProtocolError } from '../../../src/model/errors.js';
import { stamper } from '../../../src/operators/stamp.js';
import { mqttConfig } from '../../../src/sources/mqtt/config.js';
import { isOlder } from '../../../src/sources/mqtt/is-older.js';
import { modernFile } from '../../../src/sources/mqtt/modern-file.js';
import { uplink } from '../../../src/sources/mqtt/uplink.js';
import { otherwise } from '../../fixtures/compat/otherwise.js';

interface Vector {
  readonly kind: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: {
    readonly topic: string;
    readonly message: Readonly<Record<string, unknown>>;
    readonly payload: string;
    readonly knownDevices?: readonly string[];
  };
  readonly expected: Readonly<Record<string, unknown>>;
}

const load = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/compat/${path}`, import.meta.url), 'utf8')) as Readonly<
    Record<string, unknown>
  >;
const { now, vectors } = load('vectors/mqtt.json') as unknown as { now: number; vectors: readonly Vector[] };

const broker = { host: 'h', security: { type: 'anonymous' } };
const config = (file: object) => decode(mqttConfig, { broker, ...file }).value!;
const raw = (topic: string, payload: string | Buffer) => ({ topic, payload: Buffer.from(payload), retained: false });

const converted = ({ config: mapping, input }: Vector): unknown => {
  const { $hex: hex } = input.message;
  const payload = typeof hex === 'string' ? Buffer.from(hex, 'hex') : JSON.stringify(input.message);
  // One vector's topic does not match its filter: the oracle ran the converter by itself.
  const up = uplink(config({ mapping: [{ ...mapping, topicFilter: '#' }] }));
  const stamp = stamper({ now: () => now });
  const data = up(raw(input.topic, payload), now).map((said) => ('kind' in said ? said : stamp(said)));
  const results = data.map((it) => {
    if (it.kind !== 'data') throw new Error(`${it.kind} is no data`);
    return { deviceName: it.device, deviceType: it.profile, telemetry: it.telemetry, attributes: it.attributes };
  });
  return results.length === 1 ? results[0] : results;
};

/** What a request says of a device. Known devices are those that have come before. */
const requested = (section: string, { config: request, input }: Vector): unknown => {
  const known = { topicFilter: 'known', deviceInfo: { deviceNameExpression: '${name}' } };
  const connects = section === 'connectRequests' ? [known, request] : [known];
  const disconnects = section === 'disconnectRequests' ? [request] : [];
  const up = uplink(config({ requestsMapping: { connectRequests: connects, disconnectRequests: disconnects } }));
  for (const name of input.knownDevices ?? []) up(raw('known', JSON.stringify({ name })), now);
  try {
    return up(raw(input.topic, input.payload), now)[0];
  } catch (error) {
    // It was consumed, counted and logged.
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
};

const run: Readonly<Record<string, (vector: Vector) => unknown>> = {
  uplink_json: converted,
  uplink_bytes: converted,
  connect_request: (vector) => {
    const said = requested('connectRequests', vector) as { device: string; profile: string } | undefined;
    return { handled: true, connect: said ? { deviceName: said.device, deviceType: said.profile } : null };
  },
  disconnect_request: (vector) => {
    const said = requested('disconnectRequests', vector) as { device: string } | undefined;
    return { handled: true, disconnect: said?.device ?? null };
  },
  legacy_adapter: ({ config: file }) => modernFile(file),
  // Each entry is judged by itself here.
  is_legacy: ({ config: file }) => {
    const [entry] = file.mapping as readonly { readonly converter: object }[];
    return isOlder(entry!.converter);
  },
};

describe('vectors', () => {
  const ours = vectors.filter(({ kind }) => kind in run);
  it('are there of every kind', () => expect(new Set(ours.map(({ kind }) => kind)).size).toBe(Object.keys(run).length));
  it.each(ours.map((vector) => [vector.kind, vector.name, vector] as const))('%s: %s', (kind, name, vector) => {
    const id = `mqtt/${kind}/${name}`;
    expect(run[kind]!(vector)).toEqual(otherwise.has(id) ? otherwise.get(id) : vector.expected);
  });
});

describe('modernFile', () => {
  const data = 'tests/unit/connectors/mqtt/data';
  it.each(['mapping', 'connect_requests', 'attribute_requests'])('makes of the old %s file the new one', (name) => {
    expect(modernFile(load(`${data}/${name}/old_config.json`))).toEqual(load(`${data}/${name}/new_config.json`));
  });
  it.each(['mapping', 'connect_requests', 'attribute_requests'])('leaves the new %s file as it is', (name) => {
    const file = load(`${data}/${name}/new_config.json`);
    expect(modernFile(file)).toEqual(file);
  });
});
