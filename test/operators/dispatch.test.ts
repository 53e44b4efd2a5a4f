import { EMPTY, NEVER, Subject, ignoreElements, last, map, merge, of, takeUntil, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Command, Rpc } from '../../src/model/command.js';
import type { Envelope } from '../../src/model/envelope.js';
import { envelope } from '../../src/model/envelope.js';
import type { Fact } from '../../src/model/fact.js';
import type { Json, Message, Reply } from '../../src/model/message.js';
import { GATEWAY_DEVICE } from '../../src/model/message.js';
import { dispatch } from '../../src/operators/dispatch.js';
import type { Dispatch, Journal } from '../../src/operators/dispatch.js';
import type { Directed } from '../../src/operators/fleet.js';
import { roster } from '../../src/operators/roster.js';
import { marbles } from '../marbles.js';

const rpc = (device: string | undefined, id: number, method = 'm', params: Json = null): Rpc => ({
  kind: 'rpc',
  ...(device === undefined ? {} : { device }),
  id,
  method,
  params,
});
const reply = (device: string | undefined, id: number, content: Json): Reply => ({
  kind: 'reply',
  ...(device === undefined ? {} : { device }),
  id,
  content,
});
const closed = (value: Message): Envelope<Message> =>
  envelope(
    value,
    () => undefined,
    () => undefined,
  );
const timedOut = { error: 'Request timeout', code: 408 };
const known = () =>
  roster([
    { device: 'd', connector: 'x' },
    { device: 'e', connector: 'y' },
  ]);

/** One person as the fleet below, another as the platform above. */
const rig = (options: Dispatch = {}) => {
  const commands = new Subject<Command>();
  const up = new Subject<Envelope<Message>>();
  const sent: Directed[] = [];
  const out: Envelope<Message>[] = [];
  const facts: Fact[] = [];
  let ended = false;
  const subscription = dispatch(
    (directed) =>
      merge(
        up,
        directed.pipe(
          tap((item) => sent.push(item)),
          ignoreElements(),
          takeUntil(up.pipe(last(null, null))),
        ),
      ),
    commands,
    { roster: known(), fact: (fact) => facts.push(fact), ...options },
  ).subscribe({ next: (item) => out.push(item), complete: () => (ended = true) });
  return {
    call: (...all: Command[]) => all.forEach((one) => commands.next(one)),
    say: (...all: Message[]) => all.forEach((one) => up.next(closed(one))),
    sent,
    to: () => sent.map(({ to, command }) => [to, command]),
    out,
    said: () => out.map(({ value }) => value),
    facts,
    end: () => up.complete(),
    ended: () => ended,
    close: () => subscription.unsubscribe(),
  };
};

describe('a command', () => {
  test('goes to the connector that owns its device, and to no other', () => {
    const it = rig();
    const update: Command = { kind: 'attributeUpdate', device: 'e', values: { a: 1 }, deleted: [] };
    it.call(rpc('d', 1), update, rpc('e', 1));
    expect(it.to()).toEqual([
      ['x', rpc('d', 1)],
      ['y', update],
      ['y', rpc('e', 1)],
    ]);
    it.close();
  });

  test('goes to the connector that spoke last for the device, as soon as it has spoken', () => {
    const it = rig();
    for (const device of ['d', '__proto__']) it.say({ kind: 'connected', device, connector: 'z', profile: 'p' });
    it.call(rpc('d', 1), rpc('__proto__', 1));
    it.say({ kind: 'disconnected', device: 'd', connector: 'z' });
    it.call(rpc('d', 2));
    expect(it.to().map(([to]) => to)).toEqual(['z', 'z', 'z']);
    it.close();
  });

  test('of a type goes to every connector of the type; the first answer is the reply, the others are dropped in silence', () => {
    const types = new Map([
      ['x', 'mqtt'],
      ['y', 'mqtt'],
      ['z', 'modbus'],
    ]);
    const it = rig({ types, own: 'gateway' });
    it.call(rpc(undefined, 7, 'mqtt_get', { a: 1 }));
    expect(it.to()).toEqual(['x', 'y'].map((to) => [to, rpc(undefined, 7, 'mqtt_get', { a: 1 })]));
    it.say(reply(undefined, 7, 'first'), reply(undefined, 7, 'second'));
    expect(it.said()).toEqual([reply(undefined, 7, 'first')]);
    expect(it.facts).toEqual([]);
    it.close();
  });

  test('without a device goes to the source of the gateway, also where the device stands for the gateway', () => {
    const it = rig({ own: 'gateway', types: new Map([['x', 'mqtt']]) });
    it.call(rpc(undefined, 1, 'gateway_ping'), rpc(GATEWAY_DEVICE, 2, 'ping'));
    it.call({ kind: 'attributeUpdate', values: { a: 1 }, deleted: [] });
    expect(it.to().map(([to]) => to)).toEqual(['gateway', 'gateway', 'gateway']);
    expect(it.sent[1]?.command).toEqual(rpc(undefined, 2, 'ping'));
    it.say(reply(GATEWAY_DEVICE, 2, 'pong'));
    expect(it.said()).toEqual([reply(undefined, 2, 'pong')]);
    it.close();
  });

  test('with attributes goes to the connector that asked, under its own id', () => {
    const it = rig();
    const ask = (connector: string): Message => ({
      kind: 'attributeRequest',
      device: 'd',
      connector,
      id: 5,
      scope: 'shared',
      keys: ['k'],
    });
    it.say(ask('x'), ask('y'));
    const ids = it.said().map((message) => (message.kind === 'attributeRequest' ? message.id : NaN));
    expect(new Set(ids).size).toBe(2);
    it.call(
      { kind: 'attributeValues', device: 'd', id: ids[1]!, value: 'b' },
      { kind: 'attributeValues', device: 'd', id: ids[0]!, value: 'a' },
      { kind: 'attributeValues', device: 'd', id: ids[0]!, value: 'again' },
    );
    expect(it.to()).toEqual([
      ['y', { kind: 'attributeValues', device: 'd', id: 5, value: 'b' }],
      ['x', { kind: 'attributeValues', device: 'd', id: 5, value: 'a' }],
    ]);
    it.close();
  });
});

describe('a request that nobody takes is answered with an error', () => {
  test('of a device that nobody knows, or of a method', () => {
    const it = rig();
    it.call(rpc('stranger', 1), rpc(undefined, 2, 'nothing'));
    expect(it.said()).toEqual([
      reply('stranger', 1, { error: 'no connector has a device "stranger"', code: 404 }),
      reply(undefined, 2, { error: 'Method not found', code: 404 }),
    ]);
    it.close();
  });

  test('whose connector is not configured, does not run, or has too many to take', () => {
    const it = rig({ types: new Map([['y', 'mqtt']]) });
    it.call(rpc('d', 1), rpc('e', 1), rpc('e', 2), rpc('e', 3));
    (['absent', 'absent', 'ended', 'busy'] as const).forEach((why, i) => it.sent[i]!.refuse(why));
    expect(it.said()).toEqual([
      reply('d', 1, { error: 'there is no connector "x"', code: 404 }),
      reply('e', 1, { error: 'the connector "y" does not run', code: 503 }),
      reply('e', 2, { error: 'the connector "y" does not run', code: 503 }),
      reply('e', 3, { error: 'too many requests wait for their answer', code: 503 }),
    ]);
    it.close();
  });

  test('which every connector of a type refuses, once', () => {
    const it = rig({
      types: new Map([
        ['x', 'mqtt'],
        ['y', 'mqtt'],
      ]),
    });
    it.call(rpc(undefined, 1, 'mqtt_get'));
    it.sent[0]!.refuse('ended');
    expect(it.out).toEqual([]);
    it.sent[1]!.refuse('ended');
    expect(it.said()).toEqual([reply(undefined, 1, { error: 'the connector "y" does not run', code: 503 })]);
    it.close();
  });

  test('beyond as many as may wait; an answer makes room', () => {
    const it = rig({ most: 2 });
    it.call(rpc('d', 1), rpc('d', 2), rpc('d', 3));
    expect(it.said()).toEqual([reply('d', 3, { error: 'too many requests wait for their answer', code: 503 })]);
    it.say(reply('d', 1, 'ok'));
    it.call(rpc('d', 4));
    expect(it.sent.map(({ command }) => (command as Rpc).id)).toEqual([1, 2, 4]);
    it.close();
  });

  test('when the gateway stops before its answer has come', () => {
    const it = rig();
    it.call(rpc('d', 1), rpc('d', 2));
    it.say(reply('d', 2, 'ok'));
    it.end();
    expect(it.said()).toEqual([
      reply('d', 2, 'ok'),
      reply('d', 1, { error: 'the gateway stopped before the answer came', code: 503 }),
    ]);
    expect(it.ended()).toBe(true);
  });
});

/** `dispatch` with a fleet that answers as drawn. */
const drawn = (commands: Observable<Command>, replies: Observable<Message>, options: Dispatch): Observable<Message> =>
  dispatch(() => merge(replies.pipe(map(closed)), NEVER), commands, { roster: known(), ...options }).pipe(
    map(({ value }) => value),
  );

test(
  'a request that is not answered by its deadline times out; what comes later is dropped and counted',
  marbles(({ hot, scheduler, expectObservable, flush }) => {
    const facts: Fact[] = [];
    const commands = hot<Command>('-a--b-------------', { a: rpc('d', 1), b: rpc('d', 2) });
    const replies = hot<Message>(' ------B------A----', { A: reply('d', 1, 'late'), B: reply('d', 2, 'ok') });
    const expected = '             ------B----a------';
    expectObservable(
      drawn(commands, replies, { deadline: 10, scheduler, fact: (fact) => facts.push(fact) }),
      '^----------------!',
    ).toBe(expected, { a: reply('d', 1, timedOut), B: reply('d', 2, 'ok') });
    flush();
    expect(facts).toEqual([{ kind: 'count', who: 'dispatch', counter: 'late', n: 1 }]);
  }),
);

test(
  'each request has its own deadline',
  marbles(({ hot, scheduler, expectObservable }) => {
    const commands = hot<Command>('-a-b---------c-----', { a: rpc('d', 1), b: rpc('e', 1), c: rpc('d', 2) });
    const expected = '             ------a-b---------c';
    expectObservable(drawn(commands, EMPTY, { deadline: 5, scheduler }), '^------------------!').toBe(expected, {
      a: reply('d', 1, timedOut),
      b: reply('e', 1, timedOut),
      c: reply('d', 2, timedOut),
    });
  }),
);

test(
  'a clock that is set back makes nobody wait for longer than twice the deadline',
  marbles(({ hot, scheduler, expectObservable }) => {
    let back = 0;
    const clock = { now: () => scheduler.now() - back, schedule: scheduler.schedule.bind(scheduler) };
    const set = tap((command: Command) => {
      if (command.kind === 'rpc' && command.id === 2) back = 1_000_000;
    });
    const commands = hot<Command>('a--b-----------', { a: rpc('d', 1), b: rpc('d', 2) }).pipe(set);
    const expected = '             --------(ab)---';
    expectObservable(drawn(commands, EMPTY, { deadline: 5, scheduler: clock }), '^--------------!').toBe(expected, {
      a: reply('d', 1, timedOut),
      b: reply('d', 2, timedOut),
    });
  }),
);

test(
  'a repeated delivery is carried out once; its answer is sent again until the deadline, then it is a new request',
  marbles(({ hot, scheduler, expectObservable, flush }) => {
    const sent: string[] = [];
    const commands = hot<Command>('-a-a---a--------a', { a: rpc('d', 1, 'm', { b: [1] }) });
    const replies = hot<Message>(' -----A-----------', { A: reply('d', 1, 'ok') });
    const expected = '             -----A-A---------';
    const through = dispatch(
      (directed) =>
        merge(
          replies.pipe(map(closed)),
          directed.pipe(
            tap(({ to }) => sent.push(`${scheduler.frame} ${to}`)),
            ignoreElements(),
          ),
        ),
      commands,
      { roster: known(), deadline: 10, scheduler },
    ).pipe(map(({ value }) => value));
    expectObservable(through, '^----------------!').toBe(expected, { A: reply('d', 1, 'ok') });
    flush();
    expect(sent).toEqual(['1 x', '16 x']);
  }),
);

describe('one id that stands for several requests', () => {
  test('is told apart by device, method and parameters: each gets its own answer', () => {
    const it = rig();
    it.call(rpc('d', 0, 'on'), rpc('e', 0, 'on'), rpc('d', 0, 'off'), rpc('d', 0, 'off', { now: true }));
    const given = it.sent.map(({ command }) => (command as Rpc).id);
    expect(given.slice(0, 2)).toEqual([0, 0]);
    expect(new Set([given[0], given[2], given[3]]).size).toBe(3);
    it.say(reply('d', given[3]!, 'off now'), reply('d', 0, 'on'), reply('e', 0, 'e on'), reply('d', given[2]!, 'off'));
    expect(it.said()).toEqual(
      [
        ['d', 'off now'],
        ['d', 'on'],
        ['e', 'e on'],
        ['d', 'off'],
      ].map(([device, content]) => reply(device, 0, content!)),
    );
    it.close();
  });

  test(
    'is told apart from one that was given up: its late answer answers no other',
    marbles(({ hot, scheduler, expectObservable }) => {
      const commands = hot<Command>('a-------b---', { a: rpc('d', 0, 'a'), b: rpc('d', 0, 'b') });
      const replies = hot<Message>(' ---------A--', { A: reply('d', 0, 'of a') });
      const expected = '             -----a-------b';
      expectObservable(drawn(commands, replies, { deadline: 5, scheduler }), '^-------------!').toBe(expected, {
        a: reply('d', 0, timedOut),
        b: reply('d', 0, timedOut),
      });
    }),
  );

  test('never mixes the answers of a thousand at once', () => {
    const it = rig();
    const all = Array.from({ length: 1_000 }, (_, i) => rpc(i % 2 === 0 ? 'd' : 'e', i >> 2, `m${i}`));
    it.call(...all);
    const answers = it.sent.map(({ command }) => {
      const { device, id, method } = command as Rpc;
      return reply(device, id, method);
    });
    it.say(...answers.reverse());
    expect(it.said().reverse()).toEqual(all.map(({ device, id, method }) => reply(device, id, method)));
    it.close();
  });
});

describe('a journal', () => {
  const journal = () => {
    const begun = new Set<string>();
    const kept: Journal = {
      isBegun: (key) => begun.has(key),
      begin: (key) => void begun.add(key),
      end: (key) => void begun.delete(key),
    };
    return { begun, kept };
  };
  const interrupted = {
    error: 'interrupted: it was begun before, and whether it was carried out is not known',
    code: 500,
  };

  test('makes a request that was begun before a restart interrupted, and not carried out again', () => {
    const { begun, kept } = journal();
    const before = rig({ journal: kept });
    before.call(rpc('d', 1), rpc('d', 2));
    before.say(reply('d', 2, 'ok'));
    before.out[0]!.ack();
    before.close();
    const after = rig({ journal: kept });
    after.call(rpc('d', 1), rpc('d', 2));
    expect(after.said()).toEqual([reply('d', 1, interrupted)]);
    expect(after.to()).toEqual([['x', rpc('d', 2)]]);
    after.out[0]!.ack();
    expect(begun.size).toBe(1);
    after.call(rpc('d', 1));
    expect(after.sent).toHaveLength(2);
    after.close();
  });

  test('is told of the end when the platform has the answer, an error too, and not before', () => {
    const { begun, kept } = journal();
    const it = rig({ journal: kept });
    it.call(rpc('d', 1), rpc('e', 1));
    it.sent[1]!.refuse('ended');
    it.say(reply('d', 1, 'ok'));
    expect(begun.size).toBe(2);
    it.out.forEach(({ ack }) => ack());
    expect(begun.size).toBe(0);
    it.close();
  });
});

test('an answer that is nested too deeply to be written is an error', () => {
  const it = rig();
  it.call(rpc('d', 1));
  it.say(reply('d', 1, JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) as Json));
  expect(it.said()).toEqual([reply('d', 1, { error: 'the answer is nested deeper than 900 levels', code: 500 })]);
  it.close();
});

test('what is not a reply passes as it is, and its settling with it', () => {
  const settled: string[] = [];
  const item = envelope<Message>(
    { kind: 'claim', device: 'd', secretKey: '', durationMs: 0 },
    () => settled.push('ack'),
    () => settled.push('nack'),
  );
  dispatch(() => of(item), EMPTY).subscribe((passed) => {
    expect(passed).toBe(item);
    passed.ack();
  });
  expect(settled).toEqual(['ack']);
});

test('what is held for a connector is worth delivering until it is answered or late', () => {
  const it = rig({ deadline: 60_000 });
  it.call(rpc('d', 1), rpc('d', 2));
  it.say(reply('d', 1, 'ok'));
  expect(it.sent.map(({ isAlive }) => isAlive())).toEqual([false, true]);
  it.close();
});
