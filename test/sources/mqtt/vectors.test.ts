import { readFileSync } from 'node:fs';
import { asyncScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import type { Rpc } from '../../../src/model/command.js';
import { envelope } from '../../../src/model/envelope.js';
import { ProtocolError, reasonOf } from '../../../src/model/errors.js';
import type { Json, Kept, Values } from '../../../src/model/message.js';
import { entrance } from '../../../src/operators/buffer/entrance.js';
import { memoryStore } from '../../../src/operators/buffer/memory-store.js';
import { stamper } from '../../../src/operators/stamp.js';
import { attributeAnswers } from '../../../src/sources/mqtt/commands/attribute-answers.js';
import type { Asked } from '../../../src/sources/mqtt/uplink/reader.js';
import { attributeUpdates } from '../../../src/sources/mqtt/commands/attribute-updates.js';
import { mqttConfig } from '../../../src/sources/mqtt/config.js';
import { isOlder } from '../../../src/sources/mqtt/config/is-older.js';
import { modernFile } from '../../../src/sources/mqtt/config/modern-file.js';
import { rpcCalls } from '../../../src/sources/mqtt/commands/rpc-calls.js';
import type { Call } from '../../../src/sources/mqtt/commands/rpc-calls.js';
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
    readonly device?: string;
    readonly data: Json;
    readonly platformReply: { readonly value: Json } | null;
  };
  readonly expected: unknown;
}

const load = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/compat/${path}`, import.meta.url), 'utf8')) as Readonly<
    Record<string, unknown>
  >;
const { now, vectors } = load('vectors/mqtt.json') as unknown as { now: number; vectors: readonly Vector[] };

const broker = { host: 'h', security: { type: 'anonymous' } };
const config = (file: object) => {
  const { value, problems } = decode(mqttConfig, { broker, ...file });
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
};
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

/** What a request says of a device. */
const requested = (section: string, { config: request, input }: Vector): unknown => {
  const up = uplink(config({ requestsMapping: { [section]: [request] } }));
  try {
    return up(raw(input.topic, input.payload), now)[0];
  } catch (error) {
    // It was consumed, counted and logged.
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
};

/** What the storage lets pass of it, where some devices have come before. */
const admitted = (said: Kept | undefined, knownDevices: readonly string[] = []): Kept | undefined => {
  const limits = { records: 100, bytes: 100_000, atCapacity: 'block' } as const;
  const door = entrance(limits, memoryStore(), asyncScheduler);
  const enters = (message: Kept): boolean =>
    door.enter(
      envelope(
        message,
        () => undefined,
        () => undefined,
      ),
      () => undefined,
    );
  for (const device of knownDevices) enters({ kind: 'connected', device, profile: 'default' });
  return said !== undefined && enters(said) ? said : undefined;
};

/** What a device asks, and what it is told when the platform has answered. */
const answered = ({ config: rule, input }: Vector): unknown => {
  const up = uplink(config({ requestsMapping: { attributeRequests: [rule] } }));
  const answers = attributeAnswers();
  let asked: Asked;
  try {
    asked = up(raw(input.topic, input.payload), now)[0] as Asked;
  } catch (error) {
    if (error instanceof ProtocolError) return { request: null, publish: null };
    throw error;
  }
  const { id, scope, device, keys } = answers.ask(asked);
  const publish = answers.answer({ kind: 'attributeValues', device, id, ...input.platformReply });
  return { request: { scope, device, keys }, publish };
};

const updated = ({ config: rules, input }: Vector): unknown => {
  const updates = attributeUpdates(config({ requestsMapping: rules }).requestsMapping.attributeUpdates);
  const values = input.data as Values;
  return updates({ kind: 'attributeUpdate', device: input.device!, values, deleted: [] }, (error) => {
    throw error;
  });
};

/** What a call does on the wire, and its answer once it is published. */
const called = ({ config: rules, input }: Vector): unknown => {
  const calls = rpcCalls(config({ requestsMapping: rules }).requestsMapping.serverSideRpc);
  const { id, method, params } = (input.device === undefined ? input : input.data) as unknown as Omit<Rpc, 'kind'>;
  const device = input.device === undefined ? {} : { device: input.device };
  let call: Call;
  try {
    call = calls({ kind: 'rpc', id, method, params, ...device });
  } catch (error) {
    return { error: reasonOf(error) };
  }
  const { publication, response } = call;
  return {
    subscribe: response ? [{ topic: response.topic, qos: response.qos }] : [],
    awaitReplyOn: response ? [response.topic] : [],
    publish: [publication],
    reply: response ? [] : [{ device: input.device ?? null, reqId: id, successSent: true }],
  };
};

const run: Readonly<Record<string, (vector: Vector) => unknown>> = {
  uplink_json: converted,
  uplink_bytes: converted,
  connect_request: (vector) => {
    const said = requested('connectRequests', vector) as { device: string; profile: string } | undefined;
    return { handled: true, connect: said ? { deviceName: said.device, deviceType: said.profile } : null };
  },
  disconnect_request: (vector) => {
    const said = admitted(requested('disconnectRequests', vector) as Kept | undefined, vector.input.knownDevices);
    return { handled: true, disconnect: said?.device ?? null };
  },
  attribute_request: answered,
  attribute_update: updated,
  rpc: called,
  legacy_adapter: ({ config: file }) => modernFile(file),
  // Each entry is judged by itself here.
  is_legacy: ({ config: file }) => {
    const [entry] = file.mapping as readonly { readonly converter: object }[];
    return isOlder(entry!.converter);
  },
};

describe('vectors', () => {
  // Those of `value_from_topic` are held where topics are searched.
  const ours = vectors.filter(({ kind }) => kind !== 'value_from_topic');
  it('are there of every kind', () => expect(new Set(ours.map(({ kind }) => kind))).toEqual(new Set(Object.keys(run))));
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
