import * as t from 'io-ts';
import { defaulted, optional, pending, required, section } from '../../model/codec.js';
import { connectorFields } from '../../model/connector-fields.js';
import { broker } from './broker.js';
import { deviceRequest } from './device-request.js';
import type { DeviceRequest } from './device-request.js';
import { mapping } from './mapping.js';
import { modernFile } from './modern-file.js';
import { olderKeys } from './older-keys.js';

const list = t.readonlyArray(deviceRequest, 'a list of requests');
/** The incumbent writes a section without entries as `{}`. */
const isEmpty = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && Object.keys(input).length === 0;
const requests: t.Type<readonly DeviceRequest[], unknown> = new t.ReadonlyArrayType(
  list.name,
  list.is,
  (input, context) => (isEmpty(input) ? t.success([]) : list.validate(input, context)),
  (value: readonly DeviceRequest[]): unknown => value,
  deviceRequest,
);

const olderPlace = (name: string): string => `Older place of \`requestsMapping.${name}\`; what stands here wins.`;
const later = (doc: string) => pending(optional(t.unknown, doc));

const requestSections = {
  connectRequests: defaulted(requests, [], 'Topics by which devices say that they are there.'),
  disconnectRequests: defaulted(
    requests,
    [],
    'Topics by which devices say that they leave. A device that has said nothing since the start has none to leave.',
  ),
  attributeRequests: later('Topics by which devices ask for attributes of the platform.'),
  attributeUpdates: later('Where changed shared attributes are published.'),
  serverSideRpc: later('Where calls of the platform are published.'),
};

/** The connector file of the MQTT source (`mqtt.json`): the broker, and what its messages mean. Older forms are read as well. */
export const mqttConfig = olderKeys(
  section('the MQTT connector', {
    broker: required(broker, 'The device broker.'),
    mapping: defaulted(t.readonlyArray(mapping, 'a list of mappings'), [], 'Which topics are read, and how.'),
    requestsMapping: defaulted(
      section('requestsMapping', requestSections),
      { connectRequests: [], disconnectRequests: [] },
      'What devices ask and are asked.',
    ),
    ...connectorFields,
  }),
  {
    dataMapping: optional(t.readonlyArray(mapping, 'a list of mappings'), 'Older name of `mapping`.'),
    ...Object.fromEntries(
      Object.entries(requestSections).map(([name, field]) => [name, { ...field, doc: olderPlace(name) }]),
    ),
  },
  modernFile,
);

export type MqttConfig = t.TypeOf<typeof mqttConfig>;
