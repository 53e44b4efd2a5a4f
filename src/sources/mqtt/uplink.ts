import { ProtocolError, reasonOf } from '../../model/errors.js';
import type { Json, Values } from '../../model/message.js';
import type { Converted } from '../../operators/extract/converted.js';
import { nestedDeeper } from '../../operators/extract/nested-deeper.js';
import { parseJson } from '../../operators/extract/parse-json.js';
import { remembered } from '../../operators/extract/remembered.js';
import { topicFilter } from '../../operators/extract/topic-filter.js';
import { utf8 } from '../../operators/extract/utf8.js';
import { bytesConverter } from './bytes-converter.js';
import type { MqttConfig } from './config.js';
import { jsonConverter } from './json-converter.js';
import { mappings } from './mappings.js';
import type { Raw } from './raw.js';
import type { Inbound } from './reader.js';

/** Converts one message. `now`, in milliseconds since the epoch, only places two-digit years. */
export type Uplink = (raw: Raw, now: number) => readonly Converted[];

/** Topics whose readers are remembered. */
const TOPICS = 10_000;
/** Levels of nesting in a value that leaves: SQLite and the platform's own parser give up at 1000. */
const DEEPEST = 900;
/** Characters of a payload that an error may quote. */
const QUOTED = 80;

const inbound = ({ payload }: Raw, now: number): Inbound => {
  let body: { json: boolean; value: Json } | undefined;
  const parse = (): { json: boolean; value: Json } => {
    const text = utf8(payload);
    try {
      return { json: true, value: parseJson(text) };
    } catch {
      return { json: false, value: text };
    }
  };
  return { payload, now, body: () => (body ??= parse()) };
};

const deepIn = (values: Values): boolean => {
  for (const key in values) {
    const value = values[key];
    if (typeof value === 'object' && nestedDeeper(value, DEEPEST)) return true;
  }
  return false;
};

const tooDeep = ({ telemetry, attributes }: Converted): boolean =>
  deepIn(attributes) || telemetry.some(({ values }) => deepIn(values));

const saysSomething = ({ telemetry, attributes }: Converted): boolean =>
  telemetry.length > 0 || Object.keys(attributes).length > 0;

const failure = (label: string, { payload }: Raw, causes: readonly unknown[]): ProtocolError => {
  const more = causes.length > 1 ? ` (and ${causes.length - 1} more items)` : '';
  const excerpt = JSON.stringify(payload.toString('utf8', 0, QUOTED));
  const text = `${label} could not convert a message of ${payload.length} bytes: ${reasonOf(causes[0])}${more}; it begins with ${excerpt}`;
  return new ProtocolError('CONVERSION_FAILED', text);
};

/**
 * Compiles the mappings of a configuration into one pure function: every converter of every mapping that matches the topic runs.
 *
 * Promises: throws nothing but ProtocolError, and only if no part of the message could be converted; with at most a short excerpt of the payload in
 * its text. Where one mapping or one item of an array fails beside good ones, `onFailure` is told (once a mapping) and the good ones are the result.
 * A device without any value is left out. Memory is bounded: the last 10,000 topics are remembered.
 */
export const uplink = (config: MqttConfig, onFailure?: (error: ProtocolError) => void): Uplink => {
  const routes = mappings(config.mapping).usable.map((usable) => ({
    label: usable.label,
    matches: topicFilter(usable.mapping.topicFilter),
    open: usable.kind === 'json' ? jsonConverter(usable) : bytesConverter(usable),
  }));
  const readersOf = remembered(
    (topic: string) =>
      routes.filter(({ matches }) => matches(topic)).map(({ label, open }) => ({ label, read: open(topic) })),
    TOPICS,
  );
  return (raw, now) => {
    const message = inbound(raw, now);
    const result: Converted[] = [];
    const failures: ProtocolError[] = [];
    for (const { label, read } of readersOf(raw.topic)) {
      const causes: unknown[] = [];
      try {
        for (const converted of read(message, (cause) => causes.push(cause))) {
          if (tooDeep(converted)) causes.push(new Error(`a value is nested deeper than ${DEEPEST} levels`));
          else if (saysSomething(converted)) result.push(converted);
        }
      } catch (cause) {
        causes.push(cause);
      }
      if (causes.length > 0) failures.push(failure(label, raw, causes));
    }
    const [first] = failures;
    if (first && result.length === 0) throw first;
    if (onFailure) failures.forEach(onFailure);
    return result;
  };
};
