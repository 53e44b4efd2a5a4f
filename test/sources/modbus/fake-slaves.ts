import { BehaviorSubject, mergeMap, NEVER, Observable, of, Subject, throwError, timer } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { ConnectionError } from '../../../src/model/errors.js';
import { NoAnswer } from '../../../src/sources/modbus/wire/no-answer.js';
import { SlaveException } from '../../../src/sources/modbus/wire/slave-exception.js';
import type { Connect, ReadRequest, Wire } from '../../../src/sources/modbus/wire/wire.js';
import type { Write } from '../../../src/sources/modbus/values/write-of.js';

/** How one unit behaves. All of it may be changed while it runs. */
export interface FakeUnit {
  /** Ms until it answers. */
  takes?: number;
  dead?: boolean;
  /** Addresses that it does not have. */
  illegal?: readonly number[];
  /** Answers everything with this exception. */
  exception?: number;
  registers?: Map<number, number>;
}

export interface Asked {
  readonly at: number;
  readonly unitId: number;
  readonly what: string;
}

const lost = (): ConnectionError => new ConnectionError('BROKER_UNREACHABLE', 'cut');

/** Slaves in virtual time behind any number of endpoints. A register holds its own address unless something was written. Two requests at once on an endpoint are an error. */
export const fakeSlaves = (scheduler: SchedulerLike, units: Record<number, FakeUnit>) => {
  const asked: Asked[] = [];
  const connects: (readonly [at: number, name: string])[] = [];
  const unreachable = new Set<string>();
  const cut = new Subject<string>();
  const open = new BehaviorSubject(0);

  const wireOf = (name: string): Wire => {
    let busy = false;
    const answer = <T>(unitId: number, what: string, patience: number, give: (unit: FakeUnit) => Observable<T>) =>
      new Observable<T>((subscriber) => {
        if (busy) throw new Error(`two requests at once on ${name}`);
        busy = true;
        asked.push({ at: scheduler.now(), unitId, what });
        const unit = units[unitId];
        const { takes = 1, dead = false, exception } = unit ?? { dead: true };
        const fails = dead || takes > patience;
        const end = timer(fails ? patience : takes, scheduler).pipe(
          mergeMap(() => {
            if (fails) return throwError(() => new NoAnswer(patience, `unit ${unitId}`));
            if (exception !== undefined) return throwError(() => new SlaveException(exception, `unit ${unitId}`));
            return give(unit!);
          }),
        );
        const over = cut.pipe(mergeMap((one) => (one === name ? throwError(lost) : NEVER)));
        const one = new Observable<T>((inner) => {
          const both = over.subscribe(inner as never);
          both.add(end.subscribe(inner));
          return both;
        }).subscribe(subscriber);
        return () => {
          busy = false;
          one.unsubscribe();
        };
      });
    return {
      read: ({ unitId, functionCode, address, count }: ReadRequest, patience) =>
        answer(unitId, `read ${functionCode} ${address}+${count}`, patience, (unit) => {
          const wanted = Array.from({ length: count }, (_, i) => address + i);
          if (wanted.some((one) => unit.illegal?.includes(one)))
            return throwError(() => new SlaveException(2, `unit ${unitId}`));
          const bytes = Buffer.alloc(count * 2);
          wanted.forEach((one, i) => bytes.writeUInt16BE(unit.registers?.get(one) ?? one, i * 2));
          return of(bytes);
        }),
      write: (unitId, write: Write, patience) =>
        answer<never>(unitId, `write ${write.functionCode} ${write.address}`, patience, (unit) => {
          unit.registers ??= new Map();
          if ('registers' in write) write.registers.forEach((one, i) => unit.registers!.set(write.address + i, one));
          return new Observable<never>((subscriber) => subscriber.complete());
        }),
    };
  };

  const connect: Connect = ({ name }) =>
    new Observable<Wire>((subscriber) => {
      connects.push([scheduler.now(), name]);
      if (unreachable.has(name)) {
        subscriber.error(new ConnectionError('BROKER_UNREACHABLE', `${name} refused`));
        return undefined;
      }
      open.next(open.value + 1);
      const one = cut.subscribe((which) => {
        if (which === name) subscriber.error(lost());
      });
      one.add(() => open.next(open.value - 1));
      subscriber.next(wireOf(name));
      return one;
    });

  return {
    connect,
    units,
    asked,
    connects,
    unreachable,
    isOpen: () => open.value > 0,
    cut: (name: string) => cut.next(name),
    of: (unitId: number) => asked.filter((one) => one.unitId === unitId),
  };
};
