import { isUtf8 } from 'node:buffer';
import type { IPublishPacket } from 'mqtt-packet';
import type { Answer, Json, PublishRecord } from './contract.js';
import type { Hub } from './hub.js';
import type { Link, Outcome } from './outcome.js';
import type { Wire } from './wire.js';

const telemetryTopic = 'v1/gateway/telemetry';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Takes the publishes of one connection: decides, applies limits and the test's faults, stores, acknowledges. Source: the platform's
 * MQTT contract, §2, §5, §7 and §9.
 */
export const publishes = (link: Link & { readonly gateway: boolean }, out: Wire, hub: Hub) => {
  const { options } = hub;
  const inFlight = new Set<number>();

  const puback = (messageId: number, reason: number): void => {
    inFlight.delete(messageId);
    out.puback(messageId, reason);
  };
  const downlink = (topic: string, payload: Json): void =>
    out.send({ cmd: 'publish', topic, payload: JSON.stringify(payload), qos: 0, dup: false, retain: false });
  const notice = (devices: readonly string[], reason: number): void => {
    if (out.version() !== 5) return;
    for (const device of devices) downlink('v1/gateway/disconnect', { device, reason });
  };
  const after = (delay: number, run: () => void): void => {
    if (delay > 0) setTimeout(run, delay);
    else run();
  };

  const track = (topic: string, messageId: number): void => {
    if (inFlight.has(messageId))
      hub.violate(`message id ${messageId} used again while in flight, connection ${link.id}`);
    if (topic === 'v1/gateway/connect') return;
    inFlight.add(messageId);
    if (inFlight.size > (options.maxInflight ?? 100))
      hub.violate(`more than ${options.maxInflight ?? 100} publishes in flight, connection ${link.id}`);
  };

  /** The bench's path: no record, no storage, only the hook and the PUBACK. */
  const light = (packet: IPublishPacket, messageId: number): boolean => {
    let json: Json;
    try {
      json = JSON.parse((packet.payload as Buffer).toString('utf8')) as Json;
    } catch {
      return false;
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
    const lists = Object.entries(json);
    if (
      lists.length === 0 ||
      lists.some(([device, list]) => device === '' || !Array.isArray(list) || list.length === 0)
    )
      return false;
    for (const [device, list] of lists) {
      if (!link.announced.has(device))
        hub.violate(`data before connect on this connection: device ${device}, telemetry, connection ${link.id}`);
      options.onPoints?.(device, list as Json[], link.id);
    }
    after(options.pubackDelayMs ?? 0, () => puback(messageId, 0));
    return true;
  };

  /** Closes for a payload that no PUBACK can refuse: §9, malformed JSON. */
  const unanswerable = (outcome: Outcome, qos: number): boolean =>
    outcome.ack === 153 && (out.version() !== 5 || qos === 0);

  const limited = (record: PublishRecord, outcome: Outcome): Answer | undefined => {
    const own = !record.topic.startsWith('v1/gateway/');
    if ((own ? hub.allow.own : hub.allow.gateway)(outcome.points)) return undefined;
    hub.violate(`rate limit exceeded: ${record.topic}, connection ${link.id}`);
    if (options.limits?.enforce === false) return undefined;
    if (own) return { close: true, disconnect: 131, reply: false };
    if (record.topic === 'v1/gateway/connect') return { close: true, disconnect: 139 };
    return { reason: 151, close: true, reply: false };
  };

  const answerTo = (record: Mutable<PublishRecord>, outcome: Outcome, messageId: number): void => {
    const acceptable = outcome.ack === 0 || outcome.ack === undefined;
    const throttled = acceptable ? limited(record, outcome) : undefined;
    const answer = throttled ?? options.respond?.(record);
    const closing = answer?.close ?? outcome.close !== undefined;
    const code = answer?.disconnect ?? outcome.close;
    const reason = answer?.reason ?? (answer?.close === true ? undefined : outcome.ack);
    if (acceptable && (answer?.store ?? ((reason ?? 0) === 0 && !closing))) outcome.commit?.();
    after(answer?.delayMs ?? options.pubackDelayMs ?? 0, () => {
      if (answer?.reply !== false) for (const { topic, payload } of outcome.replies ?? []) downlink(topic, payload);
      if (throttled?.reason === 151) notice(outcome.devices, 150);
      if (answer?.withhold === true) {
        record.outcome = 'withheld';
        hub.withheld.push(() => {
          if (out.ended()) return false;
          record.outcome = reason ?? 0;
          puback(messageId, reason ?? 0);
          return true;
        });
      } else if (reason !== undefined && record.qos === 1) {
        record.outcome = reason;
        puback(messageId, reason);
      } else record.outcome = closing ? 'closed' : 'none';
      if (closing) out.end(code);
      hub.changed();
    });
  };

  return (packet: IPublishPacket, bytes: number): void => {
    const { topic, qos, dup, messageId = 0 } = packet;
    if (qos === 1) track(topic, messageId);
    const index = hub.published;
    hub.published += 1;
    const quick = options.light === true && options.respond === undefined && options.limits === undefined;
    if (quick && link.gateway && qos === 1 && topic === telemetryTopic && light(packet, messageId)) return;

    const raw = packet.payload as Buffer;
    const payload = raw.toString('utf8');
    const at = Date.now();
    const record: Mutable<PublishRecord> = {
      index,
      topic,
      payload,
      bytes,
      qos,
      dup,
      connection: link.id,
      at,
      devices: [],
    };
    if (options.light !== true) hub.log.push(record);
    if (!isUtf8(raw)) hub.violate(`payload that is not UTF-8: ${topic}`);
    if (qos !== 1) hub.violate(`QoS ${qos} publish: ${topic}`);
    if (qos === 2 || (topic.startsWith('v1/gateway/') && !link.gateway)) {
      record.outcome = 'none';
      return;
    }
    const outcome = hub.decide(topic, payload, link, index);
    record.devices = outcome.devices;
    if (unanswerable(outcome, qos)) {
      record.outcome = 'closed';
      out.end(153);
      return;
    }
    answerTo(record, outcome, messageId);
    if (qos === 0 && topic.startsWith('v1/gateway/')) notice(outcome.devices, 129);
  };
};
