import type { DeviceRecord, Json } from './contract.js';
import { badValue, handlerError, parsed, unknownTopic, type Link, type Outcome, type Scene } from './outcome.js';
import { isObject, storedValues, telemetryItem, type Item, type JsonObject } from './payload.js';

const named = (json: JsonObject): string | undefined => {
  const { device } = json;
  return typeof device === 'string' && device !== '' ? device : undefined;
};

/** The answer to v1/gateway/attributes/request: `value` for one key found, `values` for several asked, neither when none is found. */
const attributesResponse = (record: DeviceRecord, json: JsonObject, keys: readonly Json[]): Json => {
  const head = { id: json.id ?? null, device: record.name };
  const scope = json.client === true ? record.attributes : record.shared;
  if (keys.length === 0) {
    const all = [record.attributes, record.shared].map((from) => [...from]);
    const single = all.find((entries) => entries.length === 1);
    const many = all.filter((entries) => entries.length > 1).flat();
    return {
      ...head,
      ...(single === undefined ? {} : { value: single[0]?.[1] ?? null }),
      ...(many.length === 0 ? {} : { values: Object.fromEntries(many) }),
    };
  }
  const found = keys.map(String).filter((key) => scope.has(key));
  if (found.length === 0) return head;
  if (keys.length === 1) return { ...head, value: scope.get(found[0] ?? '') ?? null };
  return { ...head, values: Object.fromEntries(found.map((key) => [key, scope.get(key) ?? null])) };
};

/**
 * The platform's handlers of the v1/gateway topics for a gateway entity, JSON payloads. Source: the platform's MQTT contract, §4, §5
 * and §9.
 */
export const gatewayTopics = ({ options, records, violate }: Scene) => {
  const cast = options.castStrings !== false;
  const full = (device: string): boolean =>
    !records.devices.has(device) && records.devices.size >= (options.maxDevices ?? Infinity);
  const tooMany = (devices: readonly string[]): Outcome => ({ ack: 151, devices, points: 0 });

  /** The device's record; opens its session, under the profile `default` if it is new. */
  const opened = (link: Link, device: string, topic: string): DeviceRecord => {
    if (!link.announced.has(device))
      violate(`data before connect on this connection: device ${device}, ${topic}, connection ${link.id}`);
    link.open.add(device);
    return records.device(device);
  };

  const connect = (json: JsonObject, link: Link): Outcome => {
    const device = named(json);
    if (device === undefined) return handlerError;
    if (full(device)) return tooMany([device]);
    const type = json.type;
    const commit = (): void => {
      records.device(device, typeof type === 'string' ? type : 'default').counts.connects += 1;
      link.announced.add(device);
      link.open.add(device);
    };
    return { ack: options.ackConnect === false ? undefined : 0, devices: [device], points: 0, commit };
  };

  const disconnect = (json: JsonObject, link: Link): Outcome => {
    const device = named(json);
    if (device === undefined) return handlerError;
    const commit = (): void => {
      link.announced.delete(device);
      link.open.delete(device);
      const record = records.devices.get(device);
      if (record !== undefined) record.counts.disconnects += 1;
    };
    return { ack: 0, devices: [device], points: 0, commit };
  };

  const telemetry = (json: JsonObject, link: Link, index: number): Outcome => {
    const now = Date.now();
    const packs = new Map<string, Item[]>();
    let empty = false;
    for (const [device, list] of Object.entries(json)) {
      if (!Array.isArray(list)) continue;
      if (device === '') return handlerError;
      const items: Item[] = [];
      for (const raw of list) {
        const item = telemetryItem(raw, now, cast);
        if (item === undefined) return badValue;
        items.push(item);
      }
      if (!items.some(({ values }) => Object.keys(values).length > 0)) empty = true;
      packs.set(device, items);
    }
    if (packs.size === 0) return handlerError;
    const devices = [...packs.keys()];
    if (devices.some(full)) return tooMany(devices);
    if (empty) violate(`telemetry without a data point, which is never acknowledged: ${devices.join(', ')}`);
    const points = [...packs.values()].flat().reduce((sum, { values }) => sum + Object.keys(values).length, 0);
    const commit = (): void => {
      for (const [device, items] of packs) {
        const record = opened(link, device, 'telemetry');
        if (options.light !== true) records.store(record, items, index, link.id);
        options.onPoints?.(device, json[device] as Json[], link.id);
      }
    };
    return { ack: empty ? undefined : 0, devices, points, commit };
  };

  const attributes = (json: JsonObject, link: Link): Outcome => {
    const packs = Object.entries(json).flatMap(([device, values]) => (isObject(values) ? [{ device, values }] : []));
    const devices = packs.map(({ device }) => device);
    if (packs.length === 0 || devices.includes('')) return handlerError;
    if (devices.some(full)) return tooMany(devices);
    const stored = packs.map(({ device, values }) => ({ device, entries: Object.entries(storedValues(values, cast)) }));
    const empty = stored.some(({ entries }) => entries.length === 0);
    if (empty) violate(`attributes without a member, which are never acknowledged: ${devices.join(', ')}`);
    const commit = (): void => {
      for (const { device, entries } of stored) {
        const record = opened(link, device, 'attributes');
        record.counts.publishes += 1;
        for (const [key, value] of entries) record.attributes.set(key, value);
      }
    };
    return {
      ack: empty ? undefined : 0,
      devices,
      points: stored.reduce((n, { entries }) => n + entries.length, 0),
      commit,
    };
  };

  const claim = (json: JsonObject, link: Link): Outcome => {
    const claims = Object.entries(json).flatMap(([device, body]) => (isObject(body) ? [{ device, body }] : []));
    if (claims.length === 0 || claims.some(({ device }) => device === '')) return handlerError;
    const commit = (): void => {
      for (const { device, body } of claims) opened(link, device, 'claim').claims.push(body);
    };
    return { ack: 0, devices: claims.map(({ device }) => device), points: 0, commit };
  };

  const attributesRequest = (json: JsonObject, link: Link): Outcome => {
    const device = named(json);
    const keys = typeof json.key === 'string' ? [json.key] : json.keys;
    const complete = typeof json.id === 'number' && typeof json.client === 'boolean' && Array.isArray(keys);
    if (device === undefined || !complete) return handlerError;
    if (full(device)) return { ...tooMany([device]), ack: 131 };
    const payload = attributesResponse(opened(link, device, 'attributes/request'), json, keys);
    return { ack: 0, devices: [device], points: 0, replies: [{ topic: 'v1/gateway/attributes/response', payload }] };
  };

  const rpc = (json: JsonObject, link: Link): Outcome => {
    const device = named(json);
    const { id, data } = json;
    if (device === undefined || id === undefined || data === undefined) return handlerError;
    const commit = (): void => {
      opened(link, device, 'rpc').rpcReplies.push({ id, data });
    };
    return { ack: 0, devices: [device], points: 0, commit };
  };

  const handlers = new Map<string, (json: JsonObject, link: Link, index: number) => Outcome>([
    ['v1/gateway/connect', connect],
    ['v1/gateway/disconnect', disconnect],
    ['v1/gateway/telemetry', telemetry],
    ['v1/gateway/attributes', attributes],
    ['v1/gateway/claim', claim],
    ['v1/gateway/attributes/request', attributesRequest],
    ['v1/gateway/rpc', rpc],
  ]);

  return (topic: string, payload: string, link: Link, index: number): Outcome => {
    const handler = handlers.get(topic);
    if (handler === undefined) return unknownTopic;
    const json = parsed(payload);
    return isObject(json) ? handler(json, link, index) : badValue;
  };
};
