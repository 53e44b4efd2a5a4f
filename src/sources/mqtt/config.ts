import * as t from 'io-ts';
import { defaulted, optional, required, section } from '../../model/codec.js';
import { broker } from './broker.js';
import { mapping } from './mapping.js';

const later = (doc: string) => optional(t.unknown, doc);

/** The connector file of the MQTT source (`mqtt.json`): the broker, and what its messages mean. */
export const mqttConfig = section('the MQTT connector', {
  broker: required(broker, 'The device broker.'),
  mapping: defaulted(t.readonlyArray(mapping, 'a list of mappings'), [], 'Which topics are read, and how.'),
  requestsMapping: later(
    'Connect, disconnect and attribute requests, attribute updates and RPC; accepted, no effect yet.',
  ),
  connectRequests: later('As in `requestsMapping`.'),
  disconnectRequests: later('As in `requestsMapping`.'),
  attributeRequests: later('As in `requestsMapping`.'),
  attributeUpdates: later('As in `requestsMapping`.'),
  serverSideRpc: later('As in `requestsMapping`.'),
  id: optional(t.string, 'Identifier of the connector on the platform.'),
  name: optional(t.string, 'Name of the connector; the main file’s name for it wins.'),
  logLevel: optional(t.string, 'Accepted, no effect yet.'),
  enableRemoteLogging: optional(t.boolean, 'Accepted, no effect yet.'),
  reportStrategy: later('When keys are reported, unless a mapping says otherwise; accepted, no effect yet.'),
  configVersion: later('Version of the file’s form; accepted, no effect.'),
});

export type MqttConfig = t.TypeOf<typeof mqttConfig>;
