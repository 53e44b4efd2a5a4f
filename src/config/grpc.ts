import * as t from 'io-ts';
import { defaulted, optional, section } from '../model/codec.js';

const old = (name: string) => optional(t.unknown, `Older name of ${name}.`);

/** The `grpc` section of the main file (core.md §4.5): connectors that run as processes of their own. */
export const grpc = section('the grpc section: {"enabled", …}', {
  enabled: defaulted(t.boolean, false, 'Let connectors of other processes register.'),
  serverPort: defaulted(t.number, 9595, 'Port to listen on.'),
  keepAliveTimeMs: defaulted(t.number, 10_001, 'Milliseconds of silence after which a connection is tested.'),
  keepAliveTimeoutMs: defaulted(t.number, 5_000, 'Milliseconds that the test may take.'),
  keepAlivePermitWithoutCalls: defaulted(t.boolean, true, 'Test connections without calls too.'),
  maxPingsWithoutData: defaulted(t.number, 0, 'Tests without data that a peer may send; 0 is any number.'),
  minTimeBetweenPingsMs: defaulted(t.number, 10_000, 'Least milliseconds between two tests.'),
  minPingIntervalWithoutDataMs: defaulted(t.number, 5_000, 'The same where no data flows.'),
  keepaliveTimeMs: old('keepAliveTimeMs'),
  keepaliveTimeoutMs: old('keepAliveTimeoutMs'),
  keepalivePermitWithoutCalls: old('keepAlivePermitWithoutCalls'),
});
