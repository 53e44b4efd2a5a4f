import { EMPTY, mergeMap, of } from 'rxjs';
import type { Observable } from 'rxjs';
import type { AttributeUpdate, AttributeValues, Command } from '../../model/command.js';
import type { Context } from '../../model/component.js';
import { isObject } from '../../model/is-object.js';
import type { Json } from '../../model/message.js';
import type { Answers, Asked } from './answers.js';
import { parseJson } from './parse-json.js';
import type { Downlink, Session } from './session.js';
import { topics } from './topics.js';

type Obj = Readonly<Record<string, Json>>;

const nameOf = (json: Json | undefined): string | undefined =>
  typeof json === 'string' && json !== '' ? json : undefined;

const update = (data: Obj, device?: string): AttributeUpdate => {
  const gone = data.deleted;
  const deletes = Array.isArray(gone) && gone.every((key) => typeof key === 'string');
  return {
    kind: 'attributeUpdate',
    ...(device === undefined ? {} : { device }),
    values: deletes ? Object.fromEntries(Object.entries(data).filter(([key]) => key !== 'deleted')) : data,
    deleted: deletes ? gone : [],
  };
};

const deviceRpc = (json: Obj): Command | undefined => {
  const device = nameOf(json.device);
  const data = json.data;
  if (device === undefined || !isObject(data)) return undefined;
  const { id, method, params = null } = data;
  return typeof id === 'number' && typeof method === 'string' ? { kind: 'rpc', device, id, method, params } : undefined;
};

const deviceUpdate = (json: Obj): Command | undefined => {
  const device = nameOf(json.device);
  const data = json.data;
  return device !== undefined && isObject(data) ? update(data, device) : undefined;
};

const toAsker = ({ device, connector, id }: Asked): AttributeValues => ({
  kind: 'attributeValues',
  device,
  ...(connector === undefined ? {} : { connector }),
  id,
});

const deviceValues = (json: Obj, answers: Answers): Command | undefined => {
  const { id: wire, value, values } = json;
  const asked = typeof wire === 'number' ? answers.take(wire) : undefined;
  if (asked === undefined) return undefined;
  return {
    ...toAsker(asked),
    ...(isObject(values) ? { values } : {}),
    ...(value === undefined ? {} : { value }),
  } satisfies AttributeValues;
};

const ownValues = (json: Obj, wire: number, answers: Answers): Command | undefined => {
  const asked = answers.take(wire);
  if (asked === undefined) return undefined;
  const values = json[asked.scope];
  return { ...toAsker(asked), values: isObject(values) ? values : {} };
};

/** Reads a downlink. Undefined if it cannot be understood, null if it is none of the commands' business. */
export const readCommand = ({ topic, payload }: Downlink, answers: Answers): Command | null | undefined => {
  if (topic.startsWith(topics.ownRpcResponse)) return null;
  if (topic === topics.disconnect) return null;
  const json = parseJson(payload);
  if (!isObject(json)) return undefined;
  if (topic === topics.rpc) return deviceRpc(json);
  if (topic === topics.attributes) return deviceUpdate(json);
  if (topic === topics.attributesResponse) return deviceValues(json, answers);
  if (topic === topics.ownAttributes) return update(json);
  const number = /\/(\d{1,15})$/.exec(topic)?.[1];
  if (number === undefined) return undefined;
  if (topic.startsWith(topics.ownAttributesResponse)) return ownValues(json, Number(number), answers);
  if (!topic.startsWith(topics.ownRpcRequest)) return undefined;
  const { method, params = null } = json;
  return typeof method === 'string' ? { kind: 'rpc', id: Number(number), method, params } : undefined;
};

/**
 * The commands that a session receives.
 *
 * Promises: a message that cannot be understood is logged without its content, counted, and passed over; it never throws. Answers to attribute
 * requests carry the id, device and connector of the request. Source: the platform's MQTT contract, §5.5, §6.
 */
export const commands = (session: Session, answers: Answers, { log, fact }: Context): Observable<Command> =>
  session.messages.pipe(
    mergeMap((downlink) => {
      const command = readCommand(downlink, answers);
      if (command) return of(command);
      if (command === undefined) {
        log.warn('a message of the platform could not be understood', { topic: downlink.topic });
        fact({ kind: 'count', who: 'thingsboard', counter: 'failed', n: 1 });
      }
      return EMPTY;
    }),
  );
