import { asyncScheduler, catchError, concat, map, of, throwError, timeout } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { Line } from '../bus/line.js';
import { outcomeOf } from '../bus/outcome-of.js';
import type { Unit } from '../bus/unit.js';
import type { Call } from './placed-call.js';

export interface Deadline {
  /** Ms that it may take, waiting for its turn included. */
  readonly most: number;
  readonly scheduler?: SchedulerLike;
}

const late = ({ slave }: Unit): RpcError => new RpcError(408, `Timeout rpc has been reached for ${slave.deviceName}`);

const told = (unit: Unit, error: unknown): RpcError => {
  if (error instanceof RpcError) return error;
  const { kind, why } = outcomeOf(error);
  if (kind === 'silent') return late(unit);
  return new RpcError(kind === 'lost' ? 503 : 500, why, { cause: error });
};

/**
 * Does what a call asks, on a connection: emits the value that was read, or the one that was written once the slave has confirmed it.
 * Promises: errors are RpcErrors: 408 where no answer came in time, 503 where the connection went, 500 where the slave refused.
 */
export const carryOut = (
  line: Line,
  unit: Unit,
  call: Call,
  { most, scheduler = asyncScheduler }: Deadline,
): Observable<Json> => {
  const run = (): Observable<Json> => {
    if (call.kind === 'write') return concat(line.write(unit, call.write), of(call.value));
    const { place, decode } = call;
    const { functionCode, address, width } = place;
    return line
      .read(unit, { functionCode, address, count: width }, { urgent: true, again: unit.slave.retries })
      .pipe(map((payload) => decode(payload, 0)));
  };
  return run().pipe(
    timeout({ first: most, scheduler, with: () => throwError(() => late(unit)) }),
    catchError((error: unknown) => throwError(() => told(unit, error))),
  );
};
