import * as t from 'io-ts';
import { isObject } from '../model/is-object.js';
import type { Data, Json, Message, Reporting } from '../model/message.js';
import { reportStrategy } from '../model/report-strategy.js';
import type { Converted } from '../operators/extract/converted.js';
import { isEmpty } from '../operators/extract/is-empty.js';
import { nestedDeeper } from '../operators/extract/nested-deeper.js';
import { own } from '../operators/extract/own.js';
import { platformName } from '../operators/extract/platform-name.js';
import { plainJson } from './plain-json.js';
import { deviceSaid } from './seed-form.js';

/** Levels of nesting in a value that leaves: SQLite and the platform's own parser give up at 1000. */
const DEEPEST = 900;

type Stamp = (converted: Converted) => Data;

const text = (message: Json, key: string): string => {
  const value = own(message, key);
  if (typeof value === 'string') return value;
  throw new Error(`the message has no text under ${key}`);
};
const whole = (message: Json, key: string): number => {
  const value = own(message, key);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new Error(`the message has no whole number under ${key}`);
};
const deviceOf = (message: Json): string => platformName(text(message, 'device'), 'device');

const strategies = t.record(t.string, reportStrategy);
const reporting = t.partial({ device: reportStrategy, telemetry: strategies, attributes: strategies }, 'report');

const reportOf = (message: Json): { readonly report?: Reporting } => {
  const given = own(message, 'report');
  if (given === undefined) return {};
  const read = reporting.decode(given);
  if (read._tag === 'Left') throw new Error('`report` holds no report strategies');
  return { report: read.right };
};

const dataOf = (converted: Converted, stamp: Stamp): readonly Data[] => {
  const { telemetry, attributes } = converted;
  if (telemetry.length === 0 && isEmpty(attributes)) return [];
  if ([attributes, ...telemetry.map(({ values }) => values)].some((values) => nestedDeeper(values, DEEPEST)))
    throw new Error(`a value is nested deeper than ${DEEPEST} levels`);
  return [stamp(converted)];
};

const requestOf = (message: Json): Message => {
  const scope = text(message, 'scope');
  const keys = own(message, 'keys');
  if (scope !== 'client' && scope !== 'shared') throw new Error('`scope` is neither client nor shared');
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string'))
    throw new Error('`keys` is no list of texts');
  const profile = own(message, 'profile') === undefined ? {} : { profile: text(message, 'profile') };
  return { kind: 'attributeRequest', device: deviceOf(message), id: whole(message, 'id'), scope, keys, ...profile };
};

/** `content` may be any JSON, null among it. */
const replyOf = (message: Json): Message => {
  const content = own(message, 'content');
  if (content === undefined) throw new Error('the reply has no content');
  const device = own(message, 'device') === undefined ? {} : { device: text(message, 'device') };
  return { kind: 'reply', ...device, id: whole(message, 'id'), content };
};

const profileOf = (message: Json): string => platformName(text(message, 'profile'), 'profile');

const messageOf = (message: Json, stamp: Stamp): readonly Message[] => {
  const kind = own(message, 'kind');
  switch (kind) {
    case 'data':
      return dataOf(deviceSaid(message, ['device', 'profile']), stamp).map((data) => ({
        ...data,
        ...reportOf(message),
      }));
    case 'connected': {
      const profile = own(message, 'profile') === undefined ? 'default' : profileOf(message);
      return [{ kind, device: deviceOf(message), profile }];
    }
    case 'disconnected':
      return [{ kind, device: deviceOf(message) }];
    case 'claim': {
      const durationMs = whole(message, 'durationMs');
      return [{ kind, device: deviceOf(message), secretKey: text(message, 'secretKey'), durationMs }];
    }
    case 'attributeRequest':
      return [requestOf(message)];
    case 'reply':
      return [replyOf(message)];
    default:
      throw new Error(`there is no message of the kind ${JSON.stringify(kind).slice(0, 40)}`);
  }
};

/**
 * Reads what a user's source has emitted: messages as the contract has them, or devices in the form of the incumbent's converters, one or a list of either.
 * The telemetry of both may be flat, `{ts, values}` or a list of these; what has no time is stamped.
 *
 * Promises: the result is ours, whatever the user's code does with its own later, and is what the types say. What says nothing is no message. Throws an error
 * that says what is wrong with anything else.
 */
export const messagesOf = (given: unknown, stamp: Stamp): readonly Message[] => {
  if (given === undefined || given === null) return [];
  const json = plainJson(given, 'the message');
  return (Array.isArray(json) ? (json as readonly Json[]) : [json]).flatMap((one): readonly Message[] =>
    isObject(one) && typeof own(one, 'kind') === 'string' ? messageOf(one, stamp) : dataOf(deviceSaid(one), stamp),
  );
};
