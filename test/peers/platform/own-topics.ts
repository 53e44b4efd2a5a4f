import type { Json, Limits } from './contract.js';
import { badValue, parsed, unknownTopic, type Link, type Outcome, type Scene } from './outcome.js';
import { isObject, storedValues, telemetryItem } from './payload.js';

const base = 'v1/devices/me/';
const accepted: Outcome = { ack: 0, devices: [], points: 0 };

const limitsAnswer = (limits: Limits | undefined): Json => ({
  messages: limits?.messages ?? null,
  telemetryMessages: limits?.telemetryMessages ?? null,
  telemetryDataPoints: limits?.telemetryDataPoints ?? null,
});

const chosen = (from: ReadonlyMap<string, Json>, keys: Json | undefined, all: boolean): Json | undefined => {
  const names = typeof keys === 'string' ? keys.split(',') : [];
  const entries = [...from].filter(([key]) => all || names.includes(key));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
};

/** The platform's handlers of the gateway entity's own topics, v1/devices/me. Source: the platform's MQTT contract, §5.3, §5.6, §6. */
export const ownTopics = ({ options, records }: Scene) => {
  const { own } = records;
  const cast = options.castStrings !== false;

  const telemetry = (json: Json, link: Link, index: number): Outcome => {
    const now = Date.now();
    const items = (Array.isArray(json) ? json : [json]).flatMap((raw) => telemetryItem(raw, now, cast) ?? []);
    if (items.length === 0 || items.length !== (Array.isArray(json) ? json.length : 1)) return badValue;
    const points = items.reduce((sum, { values }) => sum + Object.keys(values).length, 0);
    return { ack: 0, devices: [], points, commit: () => records.store(own, items, index, link.id) };
  };

  const attributes = (json: Json): Outcome => {
    if (!isObject(json)) return badValue;
    const entries = Object.entries(storedValues(json, cast));
    const commit = (): void => {
      for (const [key, value] of entries) own.attributes.set(key, value);
    };
    return { ack: 0, devices: [], points: entries.length, commit };
  };

  const attributesRequest = (json: Json, id: string): Outcome => {
    if (!isObject(json)) return badValue;
    const all = json.clientKeys === undefined && json.sharedKeys === undefined;
    const client = chosen(own.attributes, json.clientKeys, all);
    const shared = chosen(own.shared, json.sharedKeys, all);
    const payload = { ...(client === undefined ? {} : { client }), ...(shared === undefined ? {} : { shared }) };
    return { ...accepted, replies: [{ topic: `${base}attributes/response/${id}`, payload }] };
  };

  const clientRpc = (json: Json, id: string): Outcome => {
    if (!isObject(json) || typeof json.method !== 'string') return badValue;
    if (json.method !== 'getSessionLimits' || options.sessionLimits === 'silent') return accepted;
    const payload: Json = options.sessionLimits ?? {
      maxPayloadSize: options.maxPacketBytes ?? 65_536,
      maxInflightMessages: options.maxInflight ?? 100,
      rateLimits: limitsAnswer(options.limits?.own),
      ...(options.gateway === false ? {} : { gatewayRateLimits: limitsAnswer(options.limits?.gateway) }),
    };
    return { ...accepted, replies: [{ topic: `${base}rpc/response/${id}`, payload }] };
  };

  return (topic: string, payload: string, link: Link, index: number): Outcome => {
    const [, kind = '', id = ''] = /^v1\/devices\/me\/(.+?)(?:\/(\d+))?$/.exec(topic) ?? [];
    if (kind === 'claim' && payload === '') return accepted;
    const json = parsed(payload);
    const understood = (handler: (json: Json) => Outcome): Outcome => (json === undefined ? badValue : handler(json));
    if (kind === 'telemetry') return understood((body) => telemetry(body, link, index));
    if (kind === 'attributes') return understood(attributes);
    if (kind === 'attributes/request' && id !== '') return understood((body) => attributesRequest(body, id));
    if (kind === 'rpc/request' && id !== '') return understood((body) => clientRpc(body, id));
    if (kind === 'rpc/response' && id !== '')
      return understood((data) => ({ ...accepted, commit: () => own.rpcReplies.push({ id: Number(id), data }) }));
    if (kind === 'claim') return understood((body) => ({ ...accepted, commit: () => own.claims.push(body) }));
    return unknownTopic;
  };
};
