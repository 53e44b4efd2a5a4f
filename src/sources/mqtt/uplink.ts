import { ProtocolError, reasonOf } from '../../model/errors.js';
import type { Values } from '../../model/message.js';
import type { Converted, ConvertedEntry } from '../../operators/extract/converted.js';
import { isEmpty } from '../../operators/extract/is-empty.js';
import { nestedDeeper } from '../../operators/extract/nested-deeper.js';
import { remembered } from '../../operators/extract/remembered.js';
import { topicFilter } from '../../operators/extract/topic-filter.js';
import { attributeRequests } from './requests/attribute-requests.js';
import { bytesConverter } from './uplink/bytes-converter.js';
import type { MqttConfig } from './config.js';
import { customConverter } from './extensions/custom-converter.js';
import { deviceRequests } from './requests/device-requests.js';
import { jsonConverter } from './uplink/json-converter.js';
import type { Converters } from './extensions/load-converters.js';
import { mappings } from './uplink/mappings.js';
import type { Raw } from './connection/raw.js';
import { readBody } from './uplink/read-body.js';
import type { Body } from './uplink/read-body.js';
import type { Inbound, Reader, Reading } from './uplink/reader.js';
import { reportingOf } from './uplink/reporting-of.js';

/** Converts one message. `now`, in milliseconds since the epoch, only places two-digit years. */
export type Uplink = (raw: Raw, now: number) => readonly Reading[];

/** Topics whose readers are remembered. */
const TOPICS = 10_000;
/** Levels of nesting in a value that leaves: SQLite and the platform's own parser give up at 1000. */
const DEEPEST = 900;
/** Characters of a payload that an error may quote. */
const QUOTED = 80;
/** Characters of a cause: it may be a user's own words, or quote what a device sent. */
const CAUSE = 300;

const inbound = ({ payload, retained }: Raw, now: number): Inbound => {
  let body: Body | undefined;
  return { payload, retained, now, body: () => (body ??= readBody(payload)) };
};

const deepIn = (values: Values): boolean => {
  for (const key in values) {
    const value = values[key];
    if (typeof value === 'object' && nestedDeeper(value, DEEPEST)) return true;
  }
  return false;
};

const deepEntry = ({ values }: ConvertedEntry): boolean => deepIn(values);

const tooDeep = ({ telemetry, attributes }: Converted): boolean => deepIn(attributes) || telemetry.some(deepEntry);

const saysSomething = ({ telemetry, attributes }: Converted): boolean => telemetry.length > 0 || !isEmpty(attributes);

const isSound = (said: Reading): boolean => 'kind' in said || (saysSomething(said) && !tooDeep(said));

/** Those that may pass. Usually all: then it is the same list. */
const sound = (all: readonly Reading[], fail: (cause: unknown) => void): readonly Reading[] => {
  if (all.every(isSound)) return all;
  return all.filter((said) => {
    if (isSound(said)) return true;
    if (!('kind' in said) && tooDeep(said)) fail(new Error(`a value is nested deeper than ${DEEPEST} levels`));
    return false;
  });
};

/** What went wrong in one mapping. Only the first cause is held: an array may hold as many bad items as fit into the largest payload. */
interface Trouble {
  readonly first: unknown;
  count: number;
}

const failure = (label: string, { payload }: Raw, { first, count }: Trouble): ProtocolError => {
  const more = count > 1 ? ` (and ${count - 1} more items)` : '';
  const excerpt = JSON.stringify(payload.toString('utf8', 0, QUOTED));
  const text = `${label} could not convert a message of ${payload.length} bytes: ${reasonOf(first).slice(0, CAUSE)}${more}; it begins with ${excerpt}`;
  return new ProtocolError('CONVERSION_FAILED', text);
};

interface Route {
  readonly label: string;
  /** A mapping, whose messages are there to say something. */
  readonly converts: boolean;
  readonly matches: (topic: string) => boolean;
  readonly open: (topic: string) => Reader;
}

const never = new Error('its converter was not loaded');

/** A search that took too long is tried again with the next message of its topic, and costs no other route anything. */
const opened = (open: Route['open'], topic: string): Reader => {
  try {
    return open(topic);
  } catch {
    return (message, fail) => open(topic)(message, fail);
  }
};

/** Says with all data of a reader when it is reported. */
const reported =
  (open: Route['open'], reporting: NonNullable<ReturnType<typeof reportingOf>>): Route['open'] =>
  (topic) => {
    const read = open(topic);
    const reportingIn = reporting(topic);
    return (message, fail) => {
      const all = read(message, fail);
      if (all.length === 0) return all;
      const report = reportingIn(message);
      return all.map((said) => ('kind' in said ? said : { ...said, report }));
    };
  };

const routesOf = ({ mapping, requestsMapping }: MqttConfig, converters: Converters): readonly (readonly Route[])[] => {
  const presences = (kind: 'connected' | 'disconnected', section: 'connectRequests' | 'disconnectRequests') =>
    requestsMapping[section].map((request, i) => ({
      label: `${section}[${i}] (${request.topicFilter})`,
      converts: false,
      matches: topicFilter(request.topicFilter),
      open: deviceRequests(kind, request),
    }));
  const converting = mappings(mapping).usable.map((usable) => {
    const { label } = usable;
    const matches = topicFilter(usable.mapping.topicFilter);
    const open =
      usable.kind === 'custom'
        ? customConverter(converters.get(label) ?? never)
        : (usable.kind === 'json' ? jsonConverter : bytesConverter)(usable);
    // A custom converter may have its reasons to say nothing.
    const reporting = reportingOf(usable);
    return { label, converts: usable.kind !== 'custom', matches, open: reporting ? reported(open, reporting) : open };
  });
  const questions = requestsMapping.attributeRequests.map((rule, i) => ({
    label: `attributeRequests[${i}] (${rule.topicFilter})`,
    converts: false,
    matches: topicFilter(rule.topicFilter),
    open: attributeRequests(rule),
  }));
  return [
    converting,
    presences('connected', 'connectRequests'),
    presences('disconnected', 'disconnectRequests'),
    questions,
  ];
};

/**
 * Compiles the mappings of a configuration into one function: every converter of every mapping that matches the topic runs. Topics that
 * no mapping matches may be connect requests, those that are none of these, disconnect requests, and the rest attribute requests.
 *
 * Promises: throws nothing but ProtocolError, and only if no part of the message could be converted; with at most a short excerpt of the payload in
 * its text. Where one mapping or one item of an array fails beside good ones, `onFailure` is told (once a mapping) and the good ones are the result.
 * `onNothing` is told of a mapping that found none of its values in a message that is not empty.
 * A device without any value is left out. Memory is bounded: the last 10,000 topics are remembered.
 */
export const uplink = (
  config: MqttConfig,
  onFailure?: (error: ProtocolError) => void,
  converters: Converters = new Map(),
  onNothing?: (mapping: string) => void,
): Uplink => {
  const sections = routesOf(config, converters);
  const readersOf = remembered((topic: string) => {
    const matching = sections.map((routes) => routes.filter(({ matches }) => matches(topic)));
    const first = matching.find((routes) => routes.length > 0) ?? [];
    return first.map(({ label, converts, open }) => ({ label, converts, read: opened(open, topic) }));
  }, TOPICS);
  return (raw, now) => {
    const message = inbound(raw, now);
    let result: readonly Reading[] = [];
    let failures: ProtocolError[] | undefined;
    for (const { label, converts, read } of readersOf(raw.topic)) {
      let trouble: Trouble | undefined;
      let good: readonly Reading[] = [];
      const fail = (cause: unknown): void => {
        if (trouble) trouble.count += 1;
        else trouble = { first: cause, count: 1 };
      };
      try {
        good = sound(read(message, fail), fail);
      } catch (cause) {
        fail(cause);
      }
      result = result.length === 0 ? good : [...result, ...good];
      if (trouble) (failures ??= []).push(failure(label, raw, trouble));
      else if (converts && good.length === 0 && raw.payload.length > 0) onNothing?.(label);
    }
    if (failures === undefined) return result;
    if (result.length === 0) throw failures[0]!;
    if (onFailure) failures.forEach(onFailure);
    return result;
  };
};
