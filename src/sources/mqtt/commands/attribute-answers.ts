import type { AttributeValues } from '../../../model/command.js';
import type { AttributeRequest, Json } from '../../../model/message.js';
import type { AttributeRequestRule } from '../config/attribute-request.js';
import type { Asked } from '../uplink/reader.js';
import { fillPlaceholders } from '../../../operators/extract/fill-placeholders.js';
import { nextRequestId } from '../../../operators/next-request-id.js';
import type { Publication } from '../connection/publication.js';
import { publishedOn } from './published-on.js';

/** Requests that wait for their answer. Of more of them the oldest is forgotten. */
const LIMIT = 1_000;

/** What was asked, from the question to the answer. */
export interface AttributeAnswers {
  /** Gives the question its id. */
  readonly ask: (asked: Asked) => AttributeRequest;
  /** The question came back: no answer will come. */
  readonly forget: (id: number) => void;
  /** What the device is told; undefined if this device does not wait for this answer. Throws an RpcError if it cannot be published. */
  readonly answer: (values: AttributeValues) => Publication | undefined;
}

const lone = (values: AttributeValues['values'], key: string | undefined): Json | undefined =>
  values !== undefined && key !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;

/**
 * What a device is told of its attributes: of one name `valueExpression` with its value as JSON, null if there is none; of several the object
 * of those that are there.
 */
const publication = (
  { device, keys }: Asked,
  { topicExpression, valueExpression, retain, qos }: AttributeRequestRule,
  { value, values }: AttributeValues,
): Publication => {
  const [first, ...others] = keys;
  const words = new Map([
    ['deviceName', device],
    ['attributeKey', keys.join(',')],
  ]);
  const one = value ?? (others.length === 0 ? lone(values, first) : undefined) ?? null;
  const several = others.length > 0 && value === undefined;
  return {
    topic: publishedOn(fillPlaceholders(topicExpression)({ words })),
    payload: several
      ? JSON.stringify(values ?? {})
      : fillPlaceholders(valueExpression)({ words: new Map([...words, ['attributeValue', JSON.stringify(one)]]) }),
    retain,
    qos: qos > 0 ? 1 : 0,
  };
};

/**
 * Remembers who asked for what, so that the answer finds its way.
 *
 * Promises: an answer goes to the device that asked, or to nobody: no other source of the process gives out the same ids, and the answer's device must be the one
 * that asked. Beyond a thousand that wait the oldest is forgotten, and `onForgotten` told.
 */
export const attributeAnswers = (onForgotten: (asked: Asked) => void = () => undefined): AttributeAnswers => {
  const waiting = new Map<number, Asked>();
  const makeRoom = (): void => {
    const [oldest] = waiting;
    if (waiting.size <= LIMIT || oldest === undefined) return;
    const [id, asked] = oldest;
    waiting.delete(id);
    onForgotten(asked);
  };
  return {
    ask: (asked) => {
      const id = nextRequestId();
      waiting.set(id, asked);
      makeRoom();
      const { kind, device, scope, keys, profile } = asked;
      return { kind, device, id, scope, keys, ...(profile === undefined ? {} : { profile }) };
    },
    forget: (id) => void waiting.delete(id),
    answer: (values) => {
      const asked = waiting.get(values.id);
      if (asked === undefined || asked.device !== values.device) return undefined;
      waiting.delete(values.id);
      return publication(asked, asked.rule, values);
    },
  };
};
