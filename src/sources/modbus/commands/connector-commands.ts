import {
  asyncScheduler,
  catchError,
  defer,
  EMPTY,
  forkJoin,
  map,
  of,
  switchMap,
  take,
  timeout,
  throwError,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Command, Rpc } from '../../../model/command.js';
import type { Json, Message } from '../../../model/message.js';
import { replyTo } from '../../../model/reply-to.js';
import { RpcError } from '../../../model/rpc-error.js';
import { line } from '../bus/line.js';
import type { Line } from '../bus/line.js';
import { outcomeOf } from '../bus/outcome-of.js';
import type { Unit } from '../bus/unit.js';
import type { Slave } from '../config/slave.js';
import { endpointOf } from '../endpoint-of.js';
import type { Connect } from '../wire/wire.js';
import { carryOut } from './carry-out.js';
import { connectorCall } from './connector-call.js';
import type { Asked } from './connector-call.js';

export interface ConnectorCommands {
  readonly units: readonly Unit[];
  /** The connection of this endpoint that stands now. */
  readonly lineOf: (endpoint: string) => Line | undefined;
  /** A slave that the configuration does not know, on a connection of its own or that of others. */
  readonly strange: (slave: Slave) => Unit;
  readonly connect: Connect;
  readonly scheduler?: SchedulerLike;
}

/** Ms for each slave that a call asks. */
const PATIENCE = 5_000;

/**
 * Carries out commands that are for no slave of the configuration: `modbus_get` and `modbus_set` of the connector (modbus.md, RPC), and calls of devices
 * that it does not have.
 *
 * Promises: the answer has an entry for each slave that was asked, in their order: `{"result": value, "device_name": name}`, or `{"error": reason}`. A slave
 * that the params describe is connected to for the call, unless its connection stands already.
 */
export const connectorCommands = ({
  units,
  lineOf,
  strange,
  connect,
  scheduler = asyncScheduler,
}: ConnectorCommands): ((command: Command) => Observable<Message>) => {
  const deadline = { most: PATIENCE, scheduler };
  const run = ({ slave, call }: Asked): Observable<Json> => {
    if (call instanceof RpcError) return throwError(() => call);
    const unit = units.find((one) => one.slave === slave) ?? strange(slave);
    const endpoint = endpointOf(slave, slave.tls !== undefined);
    const { name } = endpoint;
    const known = lineOf(name);
    if (known !== undefined) return carryOut(known, unit, call, deadline);
    if (units.includes(unit)) return throwError(() => new RpcError(503, `${name} is not connected`));
    return connect(endpoint, slave).pipe(
      switchMap((wire) => {
        const own = line({ wire, name, units: [unit], delay: 0, onDead: () => undefined, scheduler });
        return carryOut(own, unit, call, deadline);
      }),
      take(1),
      timeout({
        first: PATIENCE,
        scheduler,
        with: () => throwError(() => new RpcError(408, `Timeout rpc has been reached for ${slave.deviceName}`)),
      }),
    );
  };
  const entry = (asked: Asked): Observable<Json> =>
    defer(() => run(asked)).pipe(
      map((result): Json => ({ result, device_name: asked.slave.deviceName })),
      catchError((error: unknown) => {
        if (error instanceof RpcError) return of<Json>({ error: error.message });
        return of<Json>({ error: outcomeOf(error).why });
      }),
    );
  const call = (rpc: Rpc): Observable<Json> => {
    const asked = connectorCall(units, rpc.method, rpc.params);
    return asked.length === 0 ? of([]) : forkJoin(asked.map(entry));
  };
  return (command) => {
    if (command.kind !== 'rpc') return EMPTY;
    if (command.device !== undefined) return of(replyTo(command, { result: { error: 'Device not found' } }));
    return defer(() => call(command)).pipe(map((content) => replyTo(command, content)));
  };
};
