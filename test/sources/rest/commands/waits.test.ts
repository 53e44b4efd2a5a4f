import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { waits } from '../../../../src/sources/rest/commands/waits.js';

const drawn = () => {
  const scheduler = new VirtualTimeScheduler();
  const all = waits<number>(scheduler);
  const heard: string[] = [];
  const add = (name: string, key: string, ms: number) =>
    all.add(key, {
      ms,
      onValue: (value) => heard.push(`${name}=${value}`),
      onLate: () => heard.push(`${name} late at ${scheduler.now()}`),
      onEnd: () => heard.push(`${name} ends`),
    });
  const at = (ms: number, then: () => void) => void scheduler.schedule(then, ms);
  return { scheduler, all, heard, add, at };
};

describe('those that wait', () => {
  it('are told by their key, the first one first, each once', () => {
    const { scheduler, all, heard, add, at } = drawn();
    add('a', 'x', 10);
    add('b', 'x', 10);
    add('c', 'y', 10);
    at(1, () => expect(all.tell('x', 1)).toBe(true));
    at(2, () => expect(all.tell('z', 2)).toBe(false));
    at(3, () => expect(all.tell('x', 3)).toBe(true));
    at(4, () => expect(all.tell('x', 4)).toBe(false));
    scheduler.flush();
    expect(heard).toEqual(['a=1', 'b=3', 'c late at 10']);
  });

  it('are told at their own deadline, and pass what comes later to the next', () => {
    const { scheduler, all, heard, add, at } = drawn();
    add('a', 'x', 5);
    add('b', 'x', 20);
    at(10, () => all.tell('x', 1));
    scheduler.flush();
    expect(heard).toEqual(['a late at 5', 'b=1']);
  });

  it('hear nothing once they have given up, however often', () => {
    const { scheduler, all, heard, add } = drawn();
    const leave = add('a', 'x', 5);
    add('b', 'x', 5);
    leave();
    leave();
    all.tell('x', 1);
    scheduler.flush();
    expect(heard).toEqual(['b=1']);
  });

  it('are told of the end, those that come later at once', () => {
    const { scheduler, all, heard, add } = drawn();
    add('a', 'x', 5);
    all.end();
    add('b', 'x', 5);
    scheduler.flush();
    expect(heard).toEqual(['a ends', 'b ends']);
  });
});
