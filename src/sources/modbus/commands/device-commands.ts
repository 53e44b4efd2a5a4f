import { asyncScheduler, catchError, concat, defer, EMPTY, ignoreElements, map, of } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { AttributeUpdate, Command, Rpc } from '../../../model/command.js';
import type { Log } from '../../../model/component.js';
import { reasonOf } from '../../../model/errors.js';
import type { Message } from '../../../model/message.js';
import { replyTo } from '../../../model/reply-to.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { Line } from '../bus/line.js';
import type { Unit } from '../bus/unit.js';
import { attributeWrites } from './attribute-writes.js';
import type { AttributeWrite } from './attribute-writes.js';
import { callOf } from './call-of.js';
import { carryOut } from './carry-out.js';
import { unitFor } from './unit-for.js';
import { callTimeout } from './call-timeout.js';

/** Ms that each write of an attribute update may take. */
const UPDATE = 5_000;

/**
 * Carries out the commands for the slaves of one bus, on a connection (modbus.md, RPC and Attribute update).
 *
 * Promises: a call is answered once: `{"result": {"value": …}}`, or `{"result": {"error": …}}` with the reason. A write of an attribute update that fails
 * is logged and stops no other; when the connection goes, the update errors with code 503, and is given to the next one.
 */
export const deviceCommands = (
  units: readonly Unit[],
  log: Log,
  scheduler: SchedulerLike = asyncScheduler,
): ((line: Line, command: Command) => Observable<Message>) => {
  const call = (line: Line, rpc: Rpc): Observable<Message> =>
    defer(() => {
      const unit = unitFor(units, rpc);
      if (unit === undefined) throw new RpcError(404, 'Device not found');
      const asked = callOf(unit.slave, unit.encode, rpc.method, rpc.params);
      return carryOut(line, unit, asked, { most: callTimeout(unit.slave, rpc.method), scheduler });
    }).pipe(
      map((value) => replyTo(rpc, { result: { value } })),
      catchError((error: unknown) => {
        if (error instanceof RpcError) return of(replyTo(rpc, { result: { error: error.message } }));
        throw error;
      }),
    );
  const write = (line: Line, unit: Unit, { tag, write: what }: AttributeWrite): Observable<never> =>
    defer(() => {
      if (what instanceof RpcError) throw what;
      return carryOut(line, unit, { kind: 'write', write: what, value: null }, { most: UPDATE, scheduler });
    }).pipe(
      ignoreElements(),
      catchError((error: unknown) => {
        if (!(error instanceof RpcError) || error.code === 503) throw error;
        const { deviceName: device } = unit.slave;
        log.warn('an attribute could not be written', { device, attribute: tag, why: reasonOf(error) });
        return EMPTY;
      }),
    );
  const update = (line: Line, { device, values }: AttributeUpdate): Observable<never> =>
    concat(
      ...units
        .filter(({ slave }) => slave.deviceName === device)
        .flatMap((unit) => attributeWrites(unit.slave, unit.encode, values).map((one) => write(line, unit, one))),
    );
  return (line, command) => {
    if (command.kind === 'rpc') return call(line, command);
    return command.kind === 'attributeUpdate' ? update(line, command) : EMPTY;
  };
};
