import { describe, expect, it } from 'vitest';
import { unsettled } from '../../../../src/sources/mqtt/connection/unsettled.js';

const message = (bytes: number): [messages: number, bytes: number] => [1, bytes];
const completes = (waiting: ReturnType<typeof unsettled>['room']): { done: boolean } => {
  const seen = { done: false };
  waiting.subscribe({ complete: () => (seen.done = true) });
  return seen;
};

describe('unsettled', () => {
  it('is full at either bound, and has room as soon as it is under both', () => {
    const account = unsettled({ messages: 2, bytes: 100 });
    account.enter(...message(1));
    expect(account.full()).toBe(false);
    account.enter(...message(200));
    const room = completes(account.room);
    account.leave(...message(1));
    expect(account.full()).toBe(true);
    expect(room.done).toBe(false);
    account.leave(...message(200));
    expect(room.done).toBe(true);
    expect(completes(account.room).done).toBe(true);
  });

  it('is drained when nothing is unsettled, weightless messages included', () => {
    const account = unsettled({ messages: 1, bytes: 100 });
    expect(completes(account.drained).done).toBe(true);
    account.enter(0, 0);
    account.enter(0, 0);
    expect(account.full()).toBe(false);
    const drained = completes(account.drained);
    account.leave(0, 0);
    expect(drained.done).toBe(false);
    account.leave(0, 0);
    expect(drained.done).toBe(true);
  });
});
