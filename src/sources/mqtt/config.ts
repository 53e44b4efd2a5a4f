import * as t from 'io-ts';
import { defaulted, optional, required, section } from '../../model/codec.js';
import { connectorFields } from '../../model/connector-fields.js';
import { olderKeys } from '../../model/older-keys.js';
import { attributeRequest } from './config/attribute-request.js';
import { attributeUpdate } from './config/attribute-update.js';
import { broker } from './config/broker.js';
import { deviceRequest } from './config/device-request.js';
import { mapping } from './config/mapping.js';
import { modernFile } from './config/modern-file.js';
import { requestList } from '../../model/request-list.js';
import { serverSideRpc } from './config/server-side-rpc.js';

const olderPlace = (name: string): string => `Older place of \`requestsMapping.${name}\`; what stands here wins.`;

const requestSections = {
  connectRequests: defaulted(requestList(deviceRequest), [], 'Topics by which devices say that they are there.'),
  disconnectRequests: defaulted(
    requestList(deviceRequest),
    [],
    'Topics by which devices say that they leave. A device that has said nothing since the start has none to leave.',
  ),
  attributeRequests: defaulted(
    requestList(attributeRequest),
    [],
    'Topics by which devices ask for attributes of the platform, and where they are answered.',
  ),
  attributeUpdates: defaulted(
    requestList(attributeUpdate),
    [],
    'Where changed shared attributes are published; every rule that fits is used.',
  ),
  serverSideRpc: defaulted(
    requestList(serverSideRpc),
    [],
    'Where calls of the platform are published; the first rule that fits is used.',
  ),
};

/** The connector file of the MQTT source (`mqtt.json`): the broker, and what its messages mean. Older forms are read as well. */
export const mqttConfig = olderKeys(
  section('the MQTT connector', {
    broker: required(broker, 'The device broker.'),
    mapping: defaulted(t.readonlyArray(mapping, 'a list of mappings'), [], 'Which topics are read, and how.'),
    requestsMapping: defaulted(
      section('requestsMapping', requestSections),
      {
        connectRequests: [],
        disconnectRequests: [],
        attributeRequests: [],
        attributeUpdates: [],
        serverSideRpc: [],
      },
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
