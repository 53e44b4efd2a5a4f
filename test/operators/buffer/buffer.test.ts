import {
  EMPTY,
  Observable,
  Subject,
  VirtualAction,
  VirtualTimeScheduler,
  defer,
  delay,
  ignoreElements,
  take,
  throwError,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Envelope } from '../../../src/model/envelope.js';
import { envelope } from '../../../src/model/envelope.js';
import { FatalError, GatewayError, Refused, Unavailable } from '../../../src/model/errors.js';
import type { Connected, Kept } from '../../../src/model/message.js';
import { buffer } from '../../../src/operators/buffer/buffer.js';
import { messageText } from '../../../src/operators/buffer/message-text.js';
import { memoryStore } from '../../../src/operators/buffer/memory-store.js';
import { noSums } from '../../../src/operators/buffer/no-sums.js';
import type { Batch, Row, Store } from '../../../src/operators/buffer/store.js';
import { StoreFull } from '../../../src/operators/buffer/store-full.js';
import { nameOf, reading, rig, silent } from './rig.js';
import type { Rig } from './rig.js';

const unavailable = new Unavailable('DEVICE_DEFERRED', 'not now');
const refused = new Refused('PLATFORM_REFUSED', 'never');
const range = (n: number, from = 1): number[] => Array.from({ length: n }, (_, i) => from + i);
const names = (device: string, n: number, from = 1): string[] => range(n, from).map((i) => `${device}:${i}`);

/** A memory store that says it is durable, and whose every commit waits until it is let go. */
const slow = () => {
  const inner = memoryStore();
  const commits: { readonly batch: Batch; readonly finish: () => void }[] = [];
  let running = 0;
  let overlaps = 0;
  const store: Store = {
    ...inner,
    durable: true,
    commit: (batch) =>
      new Observable<never>((subscriber) => {
        running += 1;
        if (running > 1) overlaps += 1;
        const gate = new Subject<void>();
        commits.push({ batch, finish: () => gate.complete() });
        gate.subscribe({
          complete: () => {
            running -= 1;
            inner.commit(batch).subscribe(subscriber);
          },
        });
      }),
  };
  return { store, commits, overlaps: () => overlaps };
};

/** A memory store whose commits fail for as long as `fails` gives an error. */
const failing = (fails: (batch: Batch) => Error | undefined) => {
  const inner = memoryStore();
  const batches: Batch[] = [];
  const store: Store = {
    ...inner,
    commit: (batch) =>
      defer(() => {
        const error = fails(batch);
        if (error) return throwError(() => error);
        batches.push(batch);
        return inner.commit(batch);
      }),
  };
  return { store, batches };
};

/** received = delivered + records + dropped, as the facts say it. */
const balance = (it: Rig): void => {
  const depth = it.facts.filter((fact) => fact.kind === 'depth').at(-1)!;
  const dropped = (['oldest', 'newest', 'expired', 'refused', 'damaged'] as const).map((why) =>
    it.count(`dropped.${why}`),
  );
  expect(it.count('received')).toBe(it.count('delivered') + depth.records + dropped.reduce((a, b) => a + b, 0));
};

describe('acknowledgement', () => {
  test('comes after the commit and not before', () => {
    const { store, commits } = slow();
    const it = rig(store);
    it.send(reading('a', 1));
    expect(commits).toHaveLength(1);
    expect(it.fate('a:1')).toBe('open');
    expect(it.out).toEqual([]);
    commits[0]!.finish();
    expect(it.fate('a:1')).toBe('ack');
    expect(it.names()).toEqual(['a:1']);
  });

  test('of what arrives during a commit comes after the next, and two commits never overlap', () => {
    const { store, commits, overlaps } = slow();
    const it = rig(store);
    it.send(reading('a', 1), reading('a', 2), reading('b', 1));
    expect(commits.map(({ batch }) => batch.append.length)).toEqual([1]);
    commits[0]!.finish();
    expect(commits.map(({ batch }) => batch.append.length)).toEqual([1, 2]);
    expect([it.fate('a:1'), it.fate('a:2'), it.fate('b:1')]).toEqual(['ack', 'open', 'open']);
    it.send(reading('b', 2));
    commits[1]!.finish();
    commits[2]!.finish();
    expect(it.names()).toEqual(['a:1', 'a:2', 'b:1', 'b:2']);
    expect(overlaps()).toBe(0);
  });

  test('of the platform removes the row with the next commit, and the row holds its place until then', () => {
    const { store, commits } = slow();
    const it = rig(store, { window: 16 });
    it.send(reading('a', 1));
    commits[0]!.finish();
    it.take('a:1').ack();
    it.pass(20);
    expect(commits[1]!.batch).toMatchObject({ append: [], remove: [{ id: 1, sum: 'delivered' }] });
    expect(it.count('delivered')).toBe(0);
    commits[1]!.finish();
    expect(it.count('delivered')).toBe(1);
    balance(it);
  });

  test('never comes where the storage fails; it is tried again, and nothing is lost', () => {
    let broken = true;
    const { store } = failing(() => (broken ? new GatewayError('STORAGE_FAILED', 'I/O error') : undefined));
    const it = rig(store);
    it.send(reading('a', 1), reading('a', 2));
    it.pass(5_000);
    expect([it.fate('a:1'), it.fate('a:2')]).toEqual(['open', 'open']);
    expect(it.out).toEqual([]);
    expect(it.facts.filter((fact) => fact.kind === 'alert').length).toBeGreaterThan(1);
    broken = false;
    it.pass(1_000);
    expect([it.fate('a:1'), it.fate('a:2')]).toEqual(['ack', 'ack']);
    expect(it.names()).toEqual(['a:1', 'a:2']);
  });

  test('never comes where a later try cannot help: the error passes', () => {
    const fatal = new FatalError('STORAGE_DAMAGED', 'damaged');
    const it = rig(failing(() => fatal).store);
    it.send(reading('a', 1));
    expect([it.state(), it.error(), it.fate('a:1')]).toEqual(['error', fatal, 'open']);
  });

  test('teardown settles nothing', () => {
    const { store, commits } = slow();
    const it = rig(store);
    it.send(reading('a', 1), reading('a', 2));
    it.subscription.unsubscribe();
    commits[0]!.finish();
    expect([it.fate('a:1'), it.fate('a:2')]).toEqual(['open', 'open']);
    expect(it.out).toEqual([]);
  });
});

describe('the window', () => {
  test('bounds what is unsettled; each credit that comes back is used for the next row', () => {
    const it = rig(memoryStore(), { window: 3 });
    it.send(...range(10).map((n) => reading('a', n)));
    expect(it.names()).toEqual(names('a', 3));
    it.take('a:2').ack();
    expect(it.names()).toEqual(names('a', 4));
    it.take('a:1').ack();
    it.take('a:3').ack();
    expect(it.names()).toEqual(names('a', 6));
    balance(it);
  });

  test('is refilled soon after a few credits came back, though most are still out', () => {
    const it = rig(memoryStore(), { window: 80 });
    it.send(...range(100).map((n) => reading('a', n)));
    it.take('a:7').ack();
    expect(it.out).toHaveLength(80);
    it.pass(20);
    expect(it.names()).toEqual(names('a', 81));
    expect(it.count('delivered')).toBe(1);
  });

  test.each([1, 2, 5, 100])('of %i gives the same order on the direct and on the reading path', (window) => {
    const it = rig(memoryStore(), { window });
    for (const n of range(40)) it.send(reading(n % 3 === 0 ? 'b' : 'a', n));
    for (let i = 0; i < 40; i += 1) {
      const item = it.out[i]!;
      item.ack();
      it.pass(25);
    }
    expect(it.names()).toEqual(range(40).map((n) => `${n % 3 === 0 ? 'b' : 'a'}:${n}`));
    expect(it.count('delivered')).toBe(40);
    balance(it);
  });
});

describe('a device that must wait', () => {
  test('is passed over while the others flow, is probed with one row, and then the rest follows in order', () => {
    const it = rig(memoryStore(), { window: 4 });
    it.send(reading('a', 1));
    it.take('a:1').nack(unavailable);
    it.send(reading('a', 2), reading('b', 1), reading('a', 3), reading('b', 2));
    expect(it.names()).toEqual(['a:1', 'b:1', 'b:2']);
    it.pass(29_999);
    expect(it.out).toHaveLength(3);
    it.pass(1);
    expect(it.names().slice(3)).toEqual(['a:1']);
    it.send(reading('a', 4), reading('b', 3));
    expect(it.names().slice(4)).toEqual(['b:3']);
    it.take('b:3').ack();
    it.take('a:1').ack();
    it.take('b:1').ack();
    it.take('b:2').ack();
    it.pass(20);
    expect(it.names().slice(5)).toEqual(['a:2', 'a:3', 'a:4']);
    balance(it);
  });

  test('gives its credits back and waits again when the probe fails', () => {
    const waits: number[] = [];
    const it = rig(memoryStore(), {
      window: 2,
      deferFor: (attempt) => {
        waits.push(attempt);
        return 1_000 * (attempt + 1);
      },
    });
    it.send(reading('a', 1), reading('a', 2), reading('b', 1), reading('b', 2));
    it.take('a:1').nack(unavailable);
    it.take('a:2').nack(unavailable);
    expect(it.names()).toEqual(['a:1', 'a:2', 'b:1', 'b:2']);
    it.take('b:1').ack();
    it.pass(1_000);
    expect(it.names().slice(4)).toEqual(['a:1']);
    it.take('a:1').nack(unavailable);
    it.pass(1_999);
    expect(it.out).toHaveLength(5);
    it.pass(1);
    expect(it.names().slice(5)).toEqual(['a:1']);
    expect(waits).toEqual([0, 1]);
  });

  test('flows again where its probe is refused for good: the platform has looked at it', () => {
    const it = rig(memoryStore());
    it.send(reading('a', 1), reading('a', 2));
    it.take('a:1').nack(unavailable);
    it.take('a:2').nack(unavailable);
    it.pass(30_000);
    it.take('a:1').nack(refused);
    it.pass(20);
    expect(it.names().slice(2)).toEqual(['a:1', 'a:2']);
    expect(it.count('dropped.refused')).toBe(1);
    balance(it);
  });

  test('is probed with a row that has not expired', () => {
    const it = rig(memoryStore(), {
      limits: { records: 10, bytes: 10_000, atCapacity: 'block', ttlMs: 20_000 },
    });
    it.send(reading('a', 1));
    it.take('a:1').nack(unavailable);
    it.pass(15_000);
    it.send(reading('a', 2), reading('a', 3));
    it.pass(15_000);
    expect(it.names()).toEqual(['a:1', 'a:2']);
    it.take('a:2').ack();
    it.pass(20);
    expect(it.names()).toEqual(['a:1', 'a:2', 'a:3']);
    expect(it.count('dropped.expired')).toBe(1);
  });
});

describe('a message that is refused for good', () => {
  test('is a durable dead letter before its row goes', () => {
    const { store, commits } = slow();
    const written = new Subject<never>();
    const it = rig(store, { deadLetters: () => written });
    it.send(reading('a', 1));
    commits[0]!.finish();
    it.take('a:1').nack(refused);
    it.pass(20);
    expect(commits).toHaveLength(1);
    written.complete();
    expect(commits[1]!.batch.remove).toMatchObject([{ id: 1, sum: 'dropped.refused' }]);
  });

  test('carries its reason', () => {
    const it = rig(memoryStore());
    it.send(reading('a', 1));
    it.pass(7);
    it.take('a:1').nack(refused);
    it.pass(20);
    expect(it.letters).toEqual([{ at: 7, reason: 'never', message: reading('a', 1) }]);
    expect(it.count('dropped.refused')).toBe(1);
    balance(it);
  });

  test('stays while its letter cannot be written, and the others go on', () => {
    let broken = true;
    const it = rig(memoryStore(), {
      deadLetters: () => (broken ? throwError(() => new GatewayError('STORAGE_FAILED', 'no room')) : EMPTY),
    });
    it.send(reading('a', 1));
    it.take('a:1').nack(refused);
    it.pass(20);
    it.send(reading('a', 2));
    it.take('a:2').ack();
    it.pass(20);
    expect([it.count('delivered'), it.count('dropped.refused')]).toEqual([1, 0]);
    expect(it.facts).toContainEqual(expect.objectContaining({ kind: 'alert', code: 'STORAGE_FAILED' }));
    broken = false;
    it.pass(1_000);
    expect(it.count('dropped.refused')).toBe(1);
    expect(it.names()).toEqual(['a:1', 'a:2']);
    balance(it);
  });
});

/** What a message counts against the cap of bytes. */
const sizeOf = (message: Kept): number => Buffer.byteLength(messageText()(message).body) + message.device.length + 32;

describe('at the cap', () => {
  const limits = (atCapacity: 'block' | 'drop_oldest' | 'drop_newest', records = 3, bytes = 1_000_000) => ({
    limits: { records, bytes, atCapacity },
  });

  test('block leaves the rest unacknowledged, says so, and admits it when rows have gone', () => {
    const it = rig(memoryStore(), limits('block'));
    it.send(...range(5).map((n) => reading('a', n)));
    expect(range(5).map((n) => it.fate(`a:${n}`))).toEqual(['ack', 'ack', 'ack', 'open', 'open']);
    expect(it.facts.filter((fact) => fact.kind === 'alert')).toMatchObject([{ code: 'STORAGE_FULL' }]);
    it.take('a:1').ack();
    it.pass(20);
    expect(range(5).map((n) => it.fate(`a:${n}`))).toEqual(['ack', 'ack', 'ack', 'ack', 'open']);
    it.take('a:2').ack();
    it.take('a:3').ack();
    it.pass(20);
    expect(it.fate('a:5')).toBe('ack');
    expect(it.names()).toEqual(names('a', 5));
    balance(it);
  });

  test('drop_newest drops what has no room, acknowledges and counts it', () => {
    const it = rig(memoryStore(), limits('drop_newest'));
    it.send(...range(5).map((n) => reading('a', n)));
    expect(it.fate('a:5')).toBe('ack');
    expect(it.names()).toEqual(names('a', 3));
    expect(it.count('dropped.newest')).toBe(2);
    expect(it.count('received')).toBe(5);
    balance(it);
  });

  test('drop_oldest drops the oldest that is not in flight, and counts it', () => {
    const it = rig(memoryStore(), { ...limits('drop_oldest'), window: 1 });
    it.send(...range(6).map((n) => reading('a', n)));
    expect(range(6).map((n) => it.fate(`a:${n}`))).toEqual(Array(6).fill('ack'));
    expect(it.count('dropped.oldest')).toBe(3);
    it.take('a:1').ack();
    it.take('a:5').ack();
    expect(it.names()).toEqual(['a:1', 'a:5', 'a:6']);
    balance(it);
  });

  test('drop_oldest offers no more than half of what may be stored, or nothing would be left to drop', () => {
    const it = rig(memoryStore(), limits('drop_oldest', 4));
    it.send(...range(9).map((n) => reading('a', n)));
    expect(it.names()).toEqual(['a:1', 'a:2']);
    expect(range(9).map((n) => it.fate(`a:${n}`))).toEqual(Array(9).fill('ack'));
    expect(it.count('dropped.oldest')).toBe(5);
    it.take('a:1').ack();
    it.take('a:2').ack();
    it.pass(20);
    expect(it.names()).toEqual(['a:1', 'a:2', 'a:8', 'a:9']);
    balance(it);
  });

  test('drop_oldest counts bytes in the same way', () => {
    const size = sizeOf(reading('a', 1));
    const it = rig(memoryStore(), limits('drop_oldest', 1_000, 4 * size));
    it.send(...range(9).map((n) => reading('a', n)));
    expect(it.names()).toEqual(['a:1', 'a:2']);
    expect(it.count('dropped.oldest')).toBe(5);
    balance(it);
  });

  test('no more than 32 MiB are in flight, however few messages that is', () => {
    const big = (n: number) => reading('a', n, 'x'.repeat(8 * 1024 * 1024));
    const { send, names, take } = rig(memoryStore(), limits('block', 1_000, 1e9));
    send(...[1, 2, 3, 4, 5, 6].map(big));
    expect(names()).toEqual(['a:1', 'a:2', 'a:3', 'a:4']);
    take('a:2').ack();
    expect(names()).toEqual(['a:1', 'a:2', 'a:3', 'a:4']);
    take('a:1').ack();
    take('a:3').ack();
    take('a:4').ack();
    expect(names()).toEqual(['a:1', 'a:2', 'a:3', 'a:4', 'a:5', 'a:6']);
  });

  test('drop_oldest waits where all are in flight', () => {
    const it = rig(memoryStore(), limits('drop_oldest', 1));
    it.send(...range(2).map((n) => reading('a', n)));
    expect(it.fate('a:2')).toBe('open');
    expect(it.count('dropped.oldest')).toBe(0);
    it.take('a:1').ack();
    it.pass(20);
    expect(it.fate('a:2')).toBe('ack');
    balance(it);
  });

  test('bytes count as well as records', () => {
    const size = sizeOf(reading('a', 1));
    const it = rig(memoryStore(), limits('block', 1_000, 3 * size));
    it.send(...range(4).map((n) => reading('a', n)));
    expect(range(4).map((n) => it.fate(`a:${n}`))).toEqual(['ack', 'ack', 'ack', 'open']);
    expect(it.facts.filter((fact) => fact.kind === 'depth').at(-1)).toMatchObject({ records: 3, bytes: 3 * size });
  });

  test('one large message may need the room of many small ones', () => {
    const it = rig(memoryStore(), { ...limits('drop_oldest', 1_000, 20_000), window: 1 });
    it.send(...range(140).map((n) => reading('a', n)));
    it.send(reading('b', 1, 'x'.repeat(15_000)));
    expect(it.fate('b:1')).toBe('ack');
    expect(it.count('dropped.oldest')).toBeGreaterThan(50);
    balance(it);
  });

  test('a message larger than the whole storage is refused and counted', () => {
    const it = rig(memoryStore(), limits('block', 10, 1_000));
    it.send(reading('a', 1, 'x'.repeat(1_000)), reading('a', 2));
    expect(it.fate('a:1')).toBeInstanceOf(Refused);
    expect(it.fate('a:1')).toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    expect(it.facts).toContainEqual({ kind: 'count', who: 'storage', counter: 'tooLarge', n: 1 });
    expect(it.names()).toEqual(['a:2']);
    balance(it);
  });

  test('a device more than may be known is refused and counted, and said once; a known one and one that is back are not', () => {
    const it = rig(memoryStore(), {
      ...limits('block', 100, 100_000),
      limits: { ...limits('block', 100, 100_000).limits, devices: 2 },
    });
    it.send(reading('a', 1), reading('b', 1), reading('c', 1), reading('d', 1), reading('a', 2));
    expect(it.fate('c:1')).toMatchObject({ code: 'TOO_MANY_DEVICES' });
    expect(it.names()).toEqual(['a:1', 'b:1', 'a:2']);
    expect(it.facts.filter((fact) => fact.kind === 'alert')).toHaveLength(1);
    expect(it.facts.filter((fact) => fact.kind === 'count' && fact.counter === 'tooMany')).toHaveLength(2);
    balance(it);
  });

  test('messages older than the time to live make room first, also in the mode block', () => {
    const it = rig(memoryStore(), {
      limits: { records: 3, bytes: 1_000_000, atCapacity: 'block', ttlMs: 1_000 },
      window: 1,
    });
    it.send(...range(3).map((n) => reading('a', n)));
    it.pass(1_001);
    it.send(reading('a', 4));
    expect(it.fate('a:4')).toBe('ack');
    expect(it.count('dropped.expired')).toBe(1);
    it.take('a:1').ack();
    it.pass(40);
    expect(it.names()).toEqual(['a:1', 'a:4']);
    expect(it.count('dropped.expired')).toBe(2);
    balance(it);
  });
});

describe('a store that finds no room', () => {
  test('gets fewer rows at a time, then the rest has to wait', () => {
    let free = 3;
    const { store, batches } = failing(({ append, remove }) => {
      if (append.length - remove.length > free) return new StoreFull();
      free -= append.length - remove.length;
      return undefined;
    });
    const gate = new Subject<never>();
    let first = true;
    const held: Store = {
      ...store,
      commit: (batch) => {
        if (!first) return store.commit(batch);
        first = false;
        return new Observable((subscriber) =>
          gate.subscribe({ complete: () => store.commit(batch).subscribe(subscriber) }),
        );
      },
    };
    const it = rig(held);
    it.send(...range(9).map((n) => reading('a', n)));
    gate.complete();
    it.pass(3_000);
    expect(it.names()).toEqual(names('a', 3));
    expect(range(9).filter((n) => it.fate(`a:${n}`) === 'ack')).toEqual([1, 2, 3]);
    expect(it.facts).toContainEqual(expect.objectContaining({ kind: 'alert', code: 'STORAGE_FULL' }));
    for (let i = 0; i < 9; i += 1) {
      it.out[i]!.ack();
      it.pass(1_000);
    }
    expect(it.names()).toEqual(names('a', 9));
    expect(range(9).every((n) => it.fate(`a:${n}`) === 'ack')).toBe(true);
    expect(batches.every(({ append }) => append.length < 9)).toBe(true);
    balance(it);
  });

  test('gets removals alone, so that it can shrink', () => {
    let full = false;
    const { store, batches } = failing(({ append }) => (full && append.length > 0 ? new StoreFull() : undefined));
    const it = rig(store);
    it.send(reading('a', 1), reading('a', 2));
    full = true;
    it.send(reading('a', 3));
    it.take('a:1').ack();
    it.take('a:2').ack();
    it.pass(20);
    expect(batches.at(-1)).toMatchObject({ append: [], remove: [{ id: 1 }, { id: 2 }] });
    expect(it.fate('a:3')).toBe('open');
    full = false;
    it.pass(1_000);
    expect(it.fate('a:3')).toBe('ack');
    balance(it);
  });

  test('loses nothing to drop_newest that the rows just leaving make room for', () => {
    let full = false;
    const { store } = failing(({ append, remove }) =>
      full && append.length > 0 && remove.length > 0 ? new StoreFull() : undefined,
    );
    const it = rig(store, { limits: { records: 10, bytes: 100_000, atCapacity: 'drop_newest' } });
    it.send(reading('a', 1));
    full = true;
    it.take('a:1').ack();
    it.send(reading('a', 2));
    expect(it.fate('a:2')).toBe('ack');
    expect(it.count('dropped.newest')).toBe(0);
    expect(it.names()).toEqual(['a:1', 'a:2']);
  });

  test('drops what drop_newest says, where nothing leaves', () => {
    const { store } = failing(({ append }) => (append.length > 0 ? new StoreFull() : undefined));
    const it = rig(store, { limits: { records: 10, bytes: 100_000, atCapacity: 'drop_newest' } });
    it.send(reading('a', 1));
    it.pass(2_000);
    expect(it.fate('a:1')).toBe('ack');
    expect(it.count('dropped.newest')).toBe(1);
    balance(it);
  });

  test('is not asked for more than a window while rows cannot be removed: a crash would send them all again', () => {
    let full = false;
    const { store } = failing(() => (full ? new StoreFull() : undefined));
    const it = rig(store, { window: 20, auto: ({ ack }) => (full ? ack() : undefined) });
    it.send(...range(200).map((n) => reading('a', n)));
    expect(it.out).toHaveLength(20);
    full = true;
    for (const { ack } of [...it.out]) ack();
    it.pass(60_000);
    expect(it.out).toHaveLength(20);
    full = false;
    it.pass(5_000);
    expect(it.count('delivered')).toBe(20);
    expect(it.out).toHaveLength(40);
  });

  test('does not keep the processor busy where not even a removal is possible', () => {
    let tries = 0;
    let full = false;
    const { store } = failing(() => {
      tries += 1;
      return full ? new StoreFull() : undefined;
    });
    const it = rig(store);
    it.send(reading('a', 1));
    full = true;
    it.take('a:1').ack();
    it.pass(10_000);
    expect(tries).toBeLessThan(15);
    full = false;
    it.pass(1_000);
    expect(it.count('delivered')).toBe(1);
  });
});

describe('the end', () => {
  const durable = (): Store => ({ ...memoryStore(), durable: true });

  test('comes at once where nothing is in flight', () => {
    const it = rig(durable());
    it.send(reading('a', 1));
    it.take('a:1').ack();
    it.complete();
    expect(it.state()).toBe('complete');
    expect(it.count('delivered')).toBe(1);
  });

  test('waits for what is in flight, offers no more, and removes what was delivered', () => {
    const it = rig(durable(), { window: 2 });
    it.send(...range(5).map((n) => reading('a', n)));
    it.complete();
    it.take('a:1').ack();
    expect(it.state()).toBe('running');
    it.take('a:2').ack();
    expect(it.state()).toBe('complete');
    expect(it.names()).toEqual(names('a', 2));
    expect(it.count('delivered')).toBe(2);
    balance(it);
  });

  test('waits no longer than the grace period', () => {
    const it = rig(durable(), { grace: 500 });
    it.send(reading('a', 1));
    it.complete();
    it.pass(499);
    expect(it.state()).toBe('running');
    it.pass(1);
    expect(it.state()).toBe('complete');
  });

  test('delivers first what only memory holds', () => {
    const it = rig(memoryStore(), { window: 2 });
    it.send(...range(5).map((n) => reading('a', n)));
    it.complete();
    for (const n of range(5)) {
      expect(it.state()).toBe('running');
      it.take(`a:${n}`).ack();
    }
    expect(it.state()).toBe('complete');
    expect(it.count('delivered')).toBe(5);
  });

  test('is an error where the source ends with one', () => {
    const failure = new Error('a bug');
    const options = {
      limits: { records: 1, bytes: 1, atCapacity: 'block' },
      deadLetters: () => EMPTY,
      log: silent,
      fact: () => undefined,
    } as const;
    let seen: unknown;
    throwError(() => failure)
      .pipe(buffer(memoryStore(), options))
      .subscribe({ error: (error: unknown) => (seen = error) });
    expect(seen).toBe(failure);
  });
});

test('a refusal that comes while another is being set aside is set aside next, and not with the next message', () => {
  const written = new Subject<void>();
  const reasons: string[] = [];
  const it = rig(memoryStore(), {
    deadLetters: (letters) => {
      reasons.push(...letters.map(({ reason }) => reason));
      return written.pipe(take(1), ignoreElements());
    },
  });
  it.send(reading('a', 1), reading('a', 2));
  it.take('a:1').nack(new Refused('PLATFORM_REFUSED', 'the first'));
  it.pass(20);
  it.take('a:2').nack(new Refused('PLATFORM_REFUSED', 'the second'));
  written.next();
  it.pass(60);
  expect(reasons).toEqual(['the first', 'the second']);
  written.next();
  it.pass(60);
  expect(it.count('dropped.refused')).toBe(2);
});

describe('what an earlier run left', () => {
  const row = (id: number, device: string, body = JSON.stringify(reading(device, id))): Row => ({
    id,
    device,
    at: 0,
    bytes: 100,
    body,
  });
  const reopened = (rows: readonly Row[], devices: Store['opened']['devices'] = []): Store => {
    const inner = memoryStore();
    inner.commit({ append: rows, remove: [], devices: [], sums: {} }).subscribe();
    const opened = {
      nextId: (rows.at(-1)?.id ?? 0) + 1,
      records: rows.length,
      bytes: 100 * rows.length,
      sums: noSums,
      devices,
    };
    return { ...inner, opened, durable: true };
  };
  const known = (device: string, connected = true) => ({ device, profile: 'meter', connector: 'plant', connected });
  const introduced = (device: string): Connected => ({
    kind: 'connected',
    device,
    profile: 'meter',
    connector: 'plant',
  });

  test('is delivered first, then what is new', () => {
    const it = rig(reopened([row(4, 'a'), row(7, 'b')]), { window: 1 });
    it.send(reading('a', 8));
    for (let i = 0; i < 3; i += 1) it.out[i]!.ack();
    expect(it.names()).toEqual(['a:4', 'b:7', 'a:8']);
  });

  test('introduces the connected devices, once, when nothing is left to deliver', () => {
    const it = rig(reopened([row(1, 'a')], [known('a'), known('b'), known('c', false), known('d')]), { window: 2 });
    expect(it.out.slice(1).map(({ value }) => value)).toEqual([introduced('b')]);
    it.send({ kind: 'disconnected', device: 'd' });
    it.take('a:1').ack();
    it.take('b:connected').nack(unavailable);
    it.pass(20);
    it.take('d:disconnected').ack();
    it.pass(60_000);
    expect(it.names()).toEqual(['a:1', 'b:connected', 'd:disconnected']);
    expect(it.facts.filter((fact) => fact.kind === 'depth').at(-1)).toMatchObject({ records: 0, devices: 2 });
  });

  test('with a backlog, introduces eight a second beside the window', () => {
    const devices = range(20).map((n) => known(`s${n}`));
    const it = rig(
      reopened(
        range(9).map((n) => row(n, 'a')),
        devices,
      ),
      { window: 2 },
    );
    const met = (): number => it.names().filter((name) => name.endsWith(':connected')).length;
    expect(it.names()).toContain('a:2');
    expect(met()).toBe(8);
    it.take('a:1').ack();
    it.pass(900);
    expect(met()).toBe(8);
    for (const { value, ack } of it.out) if (value.kind === 'connected') ack();
    it.pass(200);
    it.take('a:2').ack();
    it.pass(20);
    expect(met()).toBe(16);
    it.pass(2_000);
    it.take('a:3').ack();
    it.pass(20);
    expect(met()).toBe(16);
  });

  test('is passed over where its text is damaged, and counted', () => {
    const it = rig(reopened([row(1, 'a', '{"kind'), row(2, 'a', '[]'), row(3, 'a')]));
    it.pass(20);
    expect(it.names()).toEqual(['a:3']);
    expect(it.count('dropped.damaged')).toBe(2);
  });
});

test('the leaving of a device that is not there is acknowledged, uncounted and not stored', () => {
  const it = rig(memoryStore());
  const leaves = { kind: 'disconnected', device: 'a' } as const;
  it.send(leaves);
  expect(it.fate('a:disconnected')).toBe('ack');
  it.send(reading('a', 1), leaves, leaves, reading('currentThingsBoardGateway', 2));
  it.send({ kind: 'connected', device: 'a', profile: 'p' }, leaves);
  expect(it.names()).toEqual(['a:1', 'a:disconnected', 'currentThingsBoardGateway:2', 'a:connected', 'a:disconnected']);
  expect(it.count('received')).toBe(5);
});

test('a device that had left is learned to be deleted, once', () => {
  const { store, batches } = failing(() => undefined);
  const it = rig(store);
  const deleted = { kind: 'disconnected', device: 'a', connector: 'currentThingsBoardGateway' } as const;
  it.send(deleted, { ...reading('a', 1), connector: 'c' }, { kind: 'disconnected', device: 'a', connector: 'c' });
  it.send(deleted, deleted);
  it.send(deleted);
  const owners = batches.flatMap(({ devices }) => devices.map(({ connector }) => connector));
  expect(owners.at(-1)).toBe('currentThingsBoardGateway');
  expect(it.count('received')).toBeLessThanOrEqual(4);
});

test('devices are learned with their first message and again when they change', () => {
  const { store, batches } = failing(() => undefined);
  const it = rig(store);
  const learned = () =>
    batches.flatMap(({ devices }) => devices.map(({ device, profile, connected }) => [device, profile, connected]));
  it.send(reading('a', 1), reading('a', 2), { kind: 'connected', device: 'b', profile: 'meter' });
  it.send({ kind: 'disconnected', device: 'b' }, { ...reading('a', 3), profile: 'pump' });
  it.send(reading('currentThingsBoardGateway', 1));
  expect(learned()).toEqual([
    ['a', 'default', true],
    ['b', 'meter', true],
    ['b', 'meter', false],
    ['a', 'pump', true],
  ]);
});

test('a flood is written in several transactions of a few megabytes', () => {
  const { store, commits } = slow();
  const it = rig({ ...store, batchBytes: 8_388_608 }, { limits: { records: 1_000, bytes: 1e9, atCapacity: 'block' } });
  it.send(...range(30).map((n) => reading('a', n, 'x'.repeat(1_000_000))));
  for (const { finish } of commits) finish();
  expect(commits.map(({ batch }) => batch.append.length)).toEqual([1, 8, 8, 8, 5]);
  expect(it.names()).toEqual(names('a', 30));
});

test('a store that answers later changes nothing about the order', () => {
  const inner = memoryStore();
  const reads: (() => void)[] = [];
  const store: Store = {
    ...inner,
    read: (...query) =>
      new Observable((subscriber) => {
        reads.push(() => inner.read(...query).subscribe(subscriber));
      }),
  };
  const it = rig(store, { window: 2 });
  it.send(...range(4).map((n) => reading('a', n)));
  it.take('a:1').ack();
  it.take('a:2').ack();
  it.send(reading('a', 5), reading('b', 6));
  for (const answer of reads) {
    answer();
    for (const item of it.out) item.ack();
    it.pass(25);
  }
  expect(it.names()).toEqual(['a:1', 'a:2', 'a:3', 'a:4', 'a:5', 'b:6']);
});

test('a probe that comes due while rows are read is not forgotten', () => {
  const scheduler = new VirtualTimeScheduler(VirtualAction);
  scheduler.maxFrames = 3_600_000;
  const inner = memoryStore();
  const store: Store = {
    ...inner,
    read: (...query) => inner.read(...query).pipe(delay(50, scheduler)),
  };
  const waits = [30_000, 30_060];
  const source = new Subject<Envelope<Kept>>();
  const delivered: string[] = [];
  let takes = false;
  const options = { limits: { records: 100, bytes: 1e6, atCapacity: 'block' as const }, deadLetters: () => EMPTY };
  const facts = { log: silent, fact: () => undefined };
  source
    .pipe(buffer(store, { ...options, ...facts, deferFor: () => waits.shift() ?? 30_000, scheduler }))
    .subscribe((item) => {
      if (!takes) item.nack(new Unavailable('DEVICE_DEFERRED', 'full'));
      else {
        delivered.push(nameOf(item.value));
        item.ack();
      }
    });
  const nothing = (): void => undefined;
  for (const message of [reading('A', 1), reading('B', 2), reading('A', 3)])
    source.next(envelope(message, nothing, nothing));
  scheduler.schedule(() => (takes = true), 1_000);
  scheduler.flush();
  expect(delivered.sort()).toEqual(['A:1', 'A:3', 'B:2']);
});

test('what is no message is refused at the door', () => {
  const it = rig(memoryStore());
  it.send({ kind: 'other', device: 'a' } as unknown as Kept);
  it.send(reading('a', 2));
  expect(it.fate('a:other')).toBeInstanceOf(Refused);
  expect(it.names()).toEqual(['a:2']);
});
