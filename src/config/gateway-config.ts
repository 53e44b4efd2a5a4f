import * as t from 'io-ts';
import { defaulted, optional, pending, required, section } from '../model/codec.js';
import { timerSeconds } from '../model/timer-seconds.js';
import { storageConfig } from '../operators/buffer/config.js';
import { thingsBoardCodec } from '../sinks/thingsboard/config.js';
import { connectorEntry } from './connector-entry.js';
import { grpc } from './grpc.js';

const restarts = t.keyof({ process: null, exit: null }, 'one of "process", "exit"');

/** The main file, tb_gateway.json (core.md §4). */
export const gatewayConfig = section('the main file: {"thingsboard", "storage", "connectors"}', {
  thingsboard: required(thingsBoardCodec, 'The platform and how to reach it.'),
  storage: defaulted(
    storageConfig,
    { type: 'memory', at_capacity: 'block', max_dead_letters: 10_000, max_devices: 100_000 },
    'The queue.',
  ),
  grpc: pending(optional(grpc, 'Connectors that run as processes of their own.')),
  restart: defaulted(
    restarts,
    'process',
    'A key of this gateway’s own. What `gateway_restart` does: `process` starts again within the same process; `exit` ends it in order with exit code 75, for systemd or a container’s restart policy to start it again. Both read the files again first, and with a mistake in them nothing happens.',
  ),
  rpcTimeoutSeconds: defaulted(
    timerSeconds,
    10,
    'A key of this gateway’s own. Seconds after which a request that nobody has answered is answered with code 408; a later answer is dropped. A connector may give up earlier, and one whose own rule gives a device longer for its answer is waited for so long. The platform itself waits 10 s unless it is asked for more.',
  ),
  connectors: defaulted(t.readonlyArray(connectorEntry, 'a list of connectors'), [], 'Where messages come from.'),
});

/** The main file, decoded, with every default filled in. */
export type GatewayConfig = t.TypeOf<typeof gatewayConfig>;
