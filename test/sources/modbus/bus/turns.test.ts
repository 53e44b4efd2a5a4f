import { map, NEVER, Observable, of, throwError, timer, VirtualTimeScheduler } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../../../src/model/errors.js';
import { turns } from '../../../../src/sources/modbus/bus/turns.js';
import type { Lane } from '../../../../src/sources/modbus/bus/turns.js';

const work = (name: string, ms: number, scheduler: SchedulerLike) => timer(ms, scheduler).pipe(map(() => name));

const drawn = (delay = 0, limit?: number) => {
  const scheduler = new VirtualTimeScheduler();
  const queue = turns({ delay, scheduler, ...(limit === undefined ? {} : { limit }) });
  const done: (readonly [number, string])[] = [];
  const take = (at: number, lane: Lane, name: string, ms = 10): void =>
    void scheduler.schedule(
      () =>
        queue.take(lane, work(name, ms, scheduler)).subscribe({
          next: (value) => done.push([scheduler.now(), value]),
          error: (error: unknown) => done.push([scheduler.now(), reasonOf(error)]),
        }),
      at,
    );
  return { scheduler, queue, done, take };
};

describe('turns', () => {
  it('are taken one at a time, in the order of arrival', () => {
    const { scheduler, done, take } = drawn();
    take(0, 'poll', 'a');
    take(1, 'poll', 'b');
    take(2, 'poll', 'c');
    scheduler.flush();
    expect(done).toEqual([
      [10, 'a'],
      [20, 'b'],
      [30, 'c'],
    ]);
  });

  it('go to commands first, to suspects last', () => {
    const { scheduler, done, take } = drawn();
    take(0, 'poll', 'a');
    take(1, 'suspect', 's');
    take(2, 'poll', 'b');
    take(3, 'command', 'C');
    scheduler.flush();
    expect(done.map(([, name]) => name)).toEqual(['a', 'C', 'b', 's']);
  });

  it('of commands that do not end leave one in nine to a poll', () => {
    const { scheduler, done, take } = drawn();
    for (let i = 0; i < 18; i += 1) take(i, 'command', 'C');
    for (let i = 0; i < 2; i += 1) take(i, 'poll', 'p');
    scheduler.flush();
    const turns = done.map(([, name]) => name).join('');
    expect(turns.slice(0, 19)).toBe('CCCCCCCCCpCCCCCCCCp');
  });

  it('of polls that do not end leave one in 33 to a suspect', () => {
    const { scheduler, done, take } = drawn();
    for (let i = 0; i < 40; i += 1) take(i, 'poll', 'p');
    take(0, 'suspect', 's');
    scheduler.flush();
    expect(done.findIndex(([, name]) => name === 's')).toBe(33);
  });

  it('have the delay between them', () => {
    const { scheduler, done, take } = drawn(5);
    take(0, 'poll', 'a');
    take(1, 'poll', 'b');
    take(40, 'poll', 'c');
    scheduler.flush();
    expect(done).toEqual([
      [10, 'a'],
      [25, 'b'],
      [50, 'c'],
    ]);
  });

  it('of suspects rest, and the others go on', () => {
    const { scheduler, queue, done, take } = drawn();
    scheduler.schedule(() => queue.rest(100), 0);
    take(1, 'suspect', 's');
    take(50, 'poll', 'a');
    scheduler.flush();
    expect(done).toEqual([
      [60, 'a'],
      [110, 's'],
    ]);
  });

  it('are free again after an error, and when one is given up', () => {
    const { scheduler, queue, done, take } = drawn();
    scheduler.schedule(
      () =>
        queue
          .take(
            'poll',
            throwError(() => new Error('no')),
          )
          .subscribe({ error: () => undefined }),
      0,
    );
    scheduler.schedule(() => {
      const one = queue.take('poll', NEVER).subscribe();
      scheduler.schedule(() => one.unsubscribe(), 5);
    }, 1);
    take(2, 'poll', 'a');
    scheduler.flush();
    expect(done).toEqual([[16, 'a']]);
  });

  it('that are given up end before the next one begins', () => {
    const { scheduler, queue } = drawn();
    const seen: string[] = [];
    const loud = (name: string) =>
      new Observable<never>(() => {
        seen.push(`${name} begins`);
        return () => void seen.push(`${name} ends`);
      });
    scheduler.schedule(() => {
      queue.take('poll', timer(5, scheduler)).subscribe();
      const one = queue.take('poll', loud('a')).subscribe();
      queue.take('poll', loud('b')).subscribe();
      scheduler.schedule(() => one.unsubscribe(), 10);
    });
    scheduler.flush();
    expect(seen).toEqual(['a begins', 'a ends', 'b begins']);
  });

  it('of whoever does not wait any more are passed over', () => {
    const { scheduler, queue, done, take } = drawn();
    take(0, 'poll', 'a');
    scheduler.schedule(() => {
      const one = queue.take('poll', work('b', 10, scheduler)).subscribe(() => done.push([0, 'b']));
      scheduler.schedule(() => one.unsubscribe(), 2);
    }, 1);
    take(2, 'poll', 'c');
    scheduler.flush();
    expect(done).toEqual([
      [10, 'a'],
      [20, 'c'],
    ]);
  });

  it('are not waited for by more than the limit', () => {
    const { scheduler, done, take } = drawn(0, 1);
    take(0, 'poll', 'a');
    take(1, 'poll', 'b');
    take(2, 'poll', 'c');
    scheduler.flush();
    expect(done).toEqual([
      [2, '1 requests wait for the bus'],
      [10, 'a'],
      [20, 'b'],
    ]);
  });

  it('end with the bus, for whoever waits and whoever comes', () => {
    const { scheduler, queue, done, take } = drawn();
    take(0, 'poll', 'a', 100);
    take(1, 'command', 'C');
    scheduler.schedule(() => queue.close(new Error('closed')), 5);
    take(6, 'poll', 'b');
    scheduler.flush();
    expect(done).toEqual([
      [5, 'closed'],
      [6, 'closed'],
      [100, 'a'],
    ]);
  });

  it('that end at once let the next one go', () => {
    const { queue } = drawn();
    const seen: number[] = [];
    queue.take('poll', of(1)).subscribe((n) => seen.push(n));
    queue.take('poll', of(2)).subscribe((n) => seen.push(n));
    expect(seen).toEqual([1, 2]);
  });
});
