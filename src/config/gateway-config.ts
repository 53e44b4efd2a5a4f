import * as t from 'io-ts';
import { defaulted, optional, pending, required, section } from '../model/codec.js';
import { storageConfig } from '../operators/buffer/config.js';
import { thingsBoardCodec } from '../sinks/thingsboard/config.js';
import { connectorEntry } from './connector-entry.js';
import { grpc } from './grpc.js';

/** The main file, tb_gateway.json (core.md §4). */
export const gatewayConfig = section('the main file: {"thingsboard", "storage", "connectors"}', {
  thingsboard: required(thingsBoardCodec, 'The platform and how to reach it.'),
  storage: defaulted(storageConfig, { type: 'memory', at_capacity: 'block', max_dead_letters: 10_000 }, 'The queue.'),
  grpc: pending(optional(grpc, 'Connectors that run as processes of their own.')),
  connectors: defaulted(t.readonlyArray(connectorEntry, 'a list of connectors'), [], 'Where messages come from.'),
});

/** The main file, decoded, with every default filled in. */
export type GatewayConfig = t.TypeOf<typeof gatewayConfig>;
