import { Refused } from '../../../../src/model/errors.js';
import type { Nack } from '../../../../src/model/envelope.js';
import type { Limits } from '../../../../src/operators/buffer/admission.js';
import { messageIn } from '../../../../src/operators/buffer/message-in.js';
import { noSums } from '../../../../src/operators/buffer/no-sums.js';
import type { Batch, Opened, Row, Sum } from '../../../../src/operators/buffer/store.js';
import { balance } from '../../../../src/operators/tally.js';
import type { Sums } from '../../../../src/operators/tally.js';
import { nameOf } from '../rig.js';
import type { Kept } from '../../../../src/model/message.js';

/** What a buffer is told. */
export interface Setup {
  readonly window: number;
  readonly limits: Limits;
  /** Whether the store outlives the process. */
  readonly durable: boolean;
}

/** Two clocks: the wall's may be set, the other one only goes on. */
export interface Clocks {
  readonly wall: () => number;
  readonly time: () => number;
}

/** How long a device that the platform does not take is left alone, in ms. */
export const DEFER = 30_000;
/** How much later than its time a row may be found to be too old, where only time has made it so, in ms. */
const LATE = 60_000;

interface Entry {
  readonly name: string;
  readonly device: string;
  readonly at: number;
  readonly bytes: number;
  id: number;
  /** `aloft`: handed on and not settled. `delivered`, `refused`: settled, and the row is still there. */
  state: 'waiting' | 'stored' | 'aloft' | 'delivered' | 'refused';
  /** The oldest it ever was by the wall's clock. */
  age: number;
  /** Handed on in this life of the process. */
  offered: boolean;
  lettered: boolean;
  /** A younger one of its device was handed on: it has to be one that is dropped. */
  passed: boolean;
}

/** A batch that a crash may have caught: all of it is on disk, or none. */
export type Caught = Batch | undefined;

const sumOf = (entries: Iterable<{ readonly bytes: number }>): number => {
  let sum = 0;
  for (const { bytes } of entries) sum += bytes;
  return sum;
};

/**
 * What a buffer may do, and what it must have done once it is at rest. It is told everything that passes in and out of the real one, and
 * knows nothing of turns, cursors and timers.
 *
 * `broken` fills with what was done against the promise.
 */
export const model = ({ window, limits, durable }: Setup, { wall, time }: Clocks) => {
  const broken: string[] = [];
  const must = (isSo: boolean, text: string): void => {
    if (!isSo) broken.push(text);
  };
  let waiting: Entry[] = [];
  /** In the order of their ids. */
  let rows = new Map<string, Entry>();
  const known = new Map<string, Entry>();
  const answered = new Set<string>();
  /** Without an answer when their process ended. */
  const lost = new Set<string>();
  /** Acknowledged as the newest that had no room. */
  const dropped = new Set<string>();
  let sums: Record<Sum, number> = { ...noSums };
  let lastId = 0;
  /** Devices that wait, until when, and whether one of their rows is out as a probe. */
  const deferred = new Map<string, { due: number; probe: boolean }>();
  const devices = new Set<string>();
  /** Devices of earlier runs that are not introduced yet, and introductions that are on their way. */
  let strange = new Set<string>();
  let introductions = 0;
  /** The store has said that it is full since the last rest: then it may drop or keep waiting what would fit. */
  let wasFull = false;
  let closing = false;
  /** When a row that is too old must have been found, while somebody waits for its room. */
  let late = Infinity;

  const { records, bytes, atCapacity, ttlMs = Infinity } = limits;
  const most =
    atCapacity === 'drop_oldest'
      ? { rows: Math.min(window, Math.ceil(records / 2)), bytes: bytes / 2 }
      : { rows: window, bytes: Infinity };
  const list = (state: Entry['state']): Entry[] => [...rows.values()].filter((entry) => entry.state === state);
  const ageOf = (entry: Entry): number => (entry.age = Math.max(entry.age, wall() - entry.at));
  const mayNotBeOffered = ({ device }: Entry): boolean => {
    const away = deferred.get(device);
    return away !== undefined && (time() < away.due || away.probe);
  };

  const after = (batch: Batch) => {
    const left = new Map(rows);
    const gone = new Set(batch.remove.map(({ id }) => id));
    for (const { id, name } of rows.values()) if (gone.has(id)) left.delete(name);
    const come = waiting.slice(0, batch.append.length);
    come.forEach((entry) => left.set(entry.name, entry));
    return { left, come };
  };

  const commits = (batch: Batch): void => {
    const { append, remove } = batch;
    const counted: Partial<Record<Sum, number>> = { received: append.length + (batch.sums['dropped.newest'] ?? 0) };
    append.forEach(({ id, at, bytes: size }, i) => {
      const entry = waiting[i];
      must(entry?.name === nameOf(messageIn(append[i]!)!), `${i + 1}. row of a batch is not who came ${i + 1}.`);
      must(entry?.at === at && entry.bytes === size, `a row says another time or size than its message has`);
      const before = append[i - 1]?.id ?? lastId;
      must(id > before || !Number.isSafeInteger(id), `the id ${id} is not above ${before}`);
    });
    const byId = new Map([...rows.values()].map((entry) => [entry.id, entry]));
    const going = new Set(remove.map(({ id }) => id));
    for (const { id, bytes: size, sum } of remove) {
      counted[sum] = (counted[sum] ?? 0) + 1;
      const entry = byId.get(id);
      must(entry?.bytes === size, `a row is removed that is not there, or another size is`);
      if (entry === undefined) continue;
      const { name, state, lettered } = entry;
      if (sum === 'delivered') must(state === 'delivered', `${name} is removed before it was delivered`);
      else if (sum === 'dropped.refused') must(state === 'refused' && lettered, `${name} is removed without a letter`);
      else if (sum === 'dropped.expired')
        must(state === 'stored' && ageOf(entry) > ttlMs, `${name} is removed too young`);
      else {
        must(sum === 'dropped.oldest' && atCapacity === 'drop_oldest', `${name} is dropped, and nobody asked for it`);
        must(state === 'stored', `${name} is dropped while it is on its way`);
        const older = [...rows.values()].find(
          (one) => one.id < id && one.state === 'stored' && !one.offered && !going.has(one.id),
        );
        must(older === undefined, `${name} is dropped, and ${older?.name} is older`);
      }
    }
    const { left, come } = after(batch);
    must(left.size <= records && sumOf(left.values()) <= bytes, 'more is stored than may be');
    const last = byId.get(remove.at(-1)?.id ?? 0);
    if (last && append.length === waiting.length && remove.every(({ sum }) => sum === 'dropped.oldest')) {
      const fits = left.size < records && sumOf(left.values()) + last.bytes <= bytes;
      must(!fits || wasFull, `${last.name} is dropped, and there was room without it`);
    }
    const first = waiting[come.length];
    const drops = batch.sums['dropped.newest'] ?? 0;
    if (drops > 0) {
      counted['dropped.newest'] = drops;
      must(atCapacity === 'drop_newest' && first !== undefined, 'what arrived is dropped, and nobody asked for it');
      const fits = left.size < records && sumOf(left.values()) + (first?.bytes ?? 0) <= bytes;
      must(!fits || wasFull, `${first?.name} is dropped, and there is room`);
    }
    for (const [sum, n] of Object.entries(batch.sums)) must(n === (counted[sum as Sum] ?? 0), `${sum} counts ${n}`);
    for (const [sum, n] of Object.entries(counted))
      must(n === (batch.sums[sum as Sum] ?? 0), `${sum} does not count ${n}`);
  };

  const committed = (batch: Batch): void => {
    const { left, come } = after(batch);
    rows = left;
    lastId = batch.append.at(-1)?.id ?? lastId;
    must(Number.isSafeInteger(lastId), `the id ${lastId} is one of two`);
    come.forEach((entry, i) => Object.assign(entry, { state: 'stored', id: batch.append[i]!.id }));
    const drops = waiting.slice(come.length, come.length + (batch.sums['dropped.newest'] ?? 0));
    drops.forEach(({ name }) => dropped.add(name));
    for (const { device } of [...come, ...drops]) strange.delete(device);
    for (const { device } of come) devices.add(device);
    waiting = waiting.slice(come.length + drops.length);
    for (const [sum, n] of Object.entries(batch.sums) as [Sum, number][]) sums[sum] += n;
  };

  return {
    broken,
    commits,
    committed,
    full: () => (wasFull = true),
    sent: (message: Kept, size: number): void => {
      const name = nameOf(message);
      const entry: Entry = {
        ...{ name, device: message.device, at: wall(), bytes: size, id: 0, state: 'waiting', age: 0 },
        ...{ offered: false, lettered: false, passed: false },
      };
      waiting.push(entry);
      known.set(name, entry);
    },
    acknowledged: (name: string): void => {
      must(known.get(name)!.state !== 'waiting' || dropped.has(name), `${name} is acknowledged before it is on disk`);
      must(!answered.has(name), `${name} is acknowledged twice`);
      answered.add(name);
    },
    nacked: (name: string): void => must(false, `${name} is not taken`),
    handedOn: (message: Kept): void => {
      const name = nameOf(message);
      if (message.kind !== 'data') {
        must(strange.delete(message.device), `${message.device} is introduced, and is no stranger`);
        introductions += 1;
        return;
      }
      const entry = rows.get(name);
      must(entry !== undefined, `${name} is handed on, and has no row`);
      if (entry === undefined) return;
      must(entry.state === 'stored', `${name} is handed on while it is ${entry.state}`);
      must(!mayNotBeOffered(entry), `${name} is handed on, and its device has to wait`);
      must(!entry.passed, `${name} is handed on after a younger one of its device`);
      for (const one of list('stored')) if (one.device === entry.device && one.id < entry.id) one.passed = true;
      const away = deferred.get(entry.device);
      if (away !== undefined) away.probe = true;
      entry.state = 'aloft';
      entry.offered = true;
      strange.delete(entry.device);
      // Those are what a crash sends again.
      const again = list('aloft').length + list('delivered').length + list('refused').length;
      must(again <= window, `${again} rows are on their way, and the window has ${window}`);
    },
    settled: (message: Kept, how: 'ack' | Nack): void => {
      if (message.kind !== 'data') {
        introductions -= 1;
        return;
      }
      const entry = rows.get(nameOf(message));
      must(entry !== undefined, `${nameOf(message)} was removed before it was settled`);
      if (entry === undefined) return;
      const { device } = entry;
      const away = deferred.get(device);
      if (how === 'ack' || how instanceof Refused) {
        entry.state = how === 'ack' ? 'delivered' : 'refused';
        if (away?.probe) deferred.delete(device);
        return;
      }
      entry.state = 'stored';
      entry.passed = false;
      const due = away !== undefined && time() < away.due ? away.due : time() + DEFER;
      deferred.set(device, { due, probe: false });
    },
    lettered: (messages: readonly Kept[]): void =>
      messages.forEach((message) => {
        const entry = rows.get(nameOf(message));
        must(entry?.state === 'refused', `${nameOf(message)} gets a letter, and was not refused`);
        if (entry) entry.lettered = true;
      }),
    /** The clocks have moved. */
    aged: (): void => rows.forEach(ageOf),
    closes: () => (closing = true),
    /** Nothing runs, and nothing will by itself but what waits for a time to come. */
    rests: (said: Sums): void => {
      for (const { name, state } of rows.values())
        must(state === 'stored' || state === 'aloft', `${name} is ${state}, and its row stays`);
      const aloft = list('aloft');
      const credits = most.rows - aloft.length - introductions;
      const isFull = credits <= 0 || sumOf(aloft) >= most.bytes;
      if (!isFull && !(closing && durable)) {
        const left = list('stored').find((entry) => !mayNotBeOffered(entry));
        must(left === undefined, `${left?.name} could be handed on: ${credits} credits are left`);
        must(strange.size === 0 || rows.size > aloft.length, `${[...strange].join()} could be introduced`);
      }
      const [first] = waiting;
      if (!first) late = Infinity;
      else {
        const fits = rows.size < records && sumOf(rows.values()) + first.bytes <= bytes;
        must(!fits, `${first.name} waits, and there is room`);
        must(atCapacity !== 'drop_newest', `${first.name} waits, and was to be dropped`);
        const [oldest] = list('stored');
        if (!oldest || wall() - oldest.at <= ttlMs) late = Infinity;
        else late = Math.min(late, time() + LATE);
        const mayGo = oldest !== undefined && (atCapacity === 'drop_oldest' || time() > late);
        must(!mayGo, `${first.name} waits, and ${oldest?.name} may go`);
      }
      for (const name of known.keys())
        if (!answered.has(name))
          must(waiting.some((one) => one.name === name) || lost.has(name), `${name} has no answer`);
      must(
        said.queued === rows.size && said.queuedBytes === sumOf(rows.values()),
        'another depth is said than there is',
      );
      const drops = Object.entries(sums).filter(([sum]) => sum.startsWith('dropped.'));
      must(said.received === sums.received && said.delivered === sums.delivered, 'another sum is said than there is');
      for (const [sum, n] of drops)
        must((said.dropped[sum.slice(8)] ?? 0) === n, `${n} ${sum}, and another sum is said`);
      must(balance(said) === 0, 'the sums do not balance');
      wasFull = false;
    },
    /** The process ends. Who has no answer will send it again, which is another message here. */
    ended: (): void => {
      waiting.forEach(({ name }) => lost.add(name));
      deferred.clear();
      introductions = 0;
      closing = false;
      wasFull = false;
      late = Infinity;
      strange = new Set(durable ? devices : []);
      if (durable) return;
      devices.clear();
      rows = new Map();
      sums = { ...noSums };
      lastId = 0;
    },
    reopened: (opened: Opened, found: readonly Row[], caught: Caught): void => {
      const names = found.map((row) => nameOf(messageIn(row)!));
      const isAs = (expected: ReadonlyMap<string, Entry>): boolean => [...expected.keys()].join() === names.join();
      const happened = caught !== undefined && (!isAs(rows) || opened.sums.received > sums.received);
      if (happened) committed(caught);
      waiting = [];
      must(isAs(rows), `the store holds ${names.join()} and should hold ${[...rows.keys()].join()}`);
      found.forEach(({ id, at, bytes: size, device }, i) => {
        const entry = rows.get(names[i]!);
        if (!entry) return;
        must(entry.at === at && entry.bytes === size && entry.device === device, `${entry.name} has changed`);
        Object.assign(entry, { id, state: 'stored', offered: false, lettered: false, passed: false });
      });
      strange = new Set(devices);
      lastId = opened.nextId - 1;
      must(known.size === 0 || lastId < 2 ** 52, `ids begin with ${opened.nextId}: soon there are none`);
      must(
        found.every(({ id }, i) => id <= lastId && id > (found[i - 1]?.id ?? 0)),
        'the next id is used already',
      );
      must(
        opened.records === rows.size && opened.bytes === sumOf(rows.values()),
        'the store counts other rows than it has',
      );
      for (const [sum, n] of Object.entries(sums))
        must(opened.sums[sum as Sum] === n, `the store counts ${sum} ${opened.sums[sum as Sum]}, not ${n}`);
    },
    isEmpty: () => rows.size + waiting.length === 0,
    waits: () => waiting.length,
    lastId: () => lastId,
  };
};

export type Model = ReturnType<typeof model>;
