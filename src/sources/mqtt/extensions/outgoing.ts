import { plainJson } from '../../../extensions/plain-json.js';
import { isObject } from '../../../model/is-object.js';
import { publishedOn } from '../commands/published-on.js';
import type { Publication } from '../connection/publication.js';

/** How the rule says that its messages are published. */
interface Rule {
  readonly topic: () => string;
  readonly retain: boolean;
  readonly qos: 0 | 1;
}

const payloadOf = (given: unknown): string | Buffer => {
  if (typeof given === 'string') return given;
  // What the converter does with its bytes later is its own business.
  if (given instanceof Uint8Array) return Buffer.from(given);
  return JSON.stringify(plainJson(given, 'the payload'));
};

const member = (given: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(given, key) ? given[key] : undefined;

const publication = (given: unknown, { topic, retain, qos }: Rule): Publication => {
  if (typeof given === 'string' || given instanceof Uint8Array)
    return { topic: publishedOn(topic()), payload: payloadOf(given), retain, qos };
  if (!isObject(given) || !Object.hasOwn(given, 'payload'))
    throw new Error('the converter has to give a text, bytes or {payload}');
  const [where, keep, quality] = [member(given, 'topic'), member(given, 'retain'), member(given, 'qos')];
  if (where !== undefined && typeof where !== 'string') throw new Error('the topic that the converter gave is no text');
  return {
    topic: publishedOn(where ?? topic()),
    payload: payloadOf(member(given, 'payload')),
    retain: typeof keep === 'boolean' ? keep : retain,
    qos: quality === undefined ? qos : quality === 0 ? 0 : 1,
  };
};

/**
 * Reads what a user's way down gave: nothing (undefined, null), one message or a list of them. A message is its payload, a text or bytes, or
 * `{payload, topic, qos, retain}`, of which the last three are the rule's where they are absent; a payload that is neither text nor bytes goes as JSON.
 *
 * Promises: throws an error that says what is wrong with anything else, or with a topic that cannot be.
 */
export const outgoing = (given: unknown, rule: Rule): readonly Publication[] => {
  if (given === undefined || given === null) return [];
  return (Array.isArray(given) ? (given as readonly unknown[]) : [given]).map((one) => publication(one, rule));
};
