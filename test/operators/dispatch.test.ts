import { EMPTY, NEVER, Subject, delay, filter, ignoreElements, last, map, merge, of, takeUntil, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Command, Rpc } from '../../src/model/command.js';
import type { Envelope } from '../../src/model/envelope.js';
import { envelope } from '../../src/model/envelope.js';
import { Refused, Unavailable } from '../../src/model/errors.js';
import type { Fact } from '../../src/model/fact.js';
import type { Json, Message, Reply } from '../../src/model/message.js';
import { GATEWAY_DEVICE } from '../../src/model/message.js';
import { dispatch } from '../../src/operators/dispatch.js';
import type { Dispatch } from '../../src/operators/dispatch.js';
import type { Journal } from '../../src/operators/dispatch/journal.js';
import type { Directed } from '../../src/operators/fleet.js';
import { roster } from '../../src/operators/roster.js';
import { serve } from '../../src/operators/serve.js';
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
/** How long a reply is worth sending is tested by itself. */
const timeless = (message: Message): Message =>
  message.kind === 'reply' ? reply(message.device, message.id, message.content) : message;
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
    pass: (item: Envelope<Message>) => up.next(item),
    say: (...all: Message[]) => all.forEach((one) => up.next(closed(one))),
    sent,
    to: () => sent.map(({ to, command }) => [to, command]),
    out,
    said: () => out.map(({ value }) => timeless(value)),
    lifetimes: () => out.map(({ value }) => (value.kind === 'reply' ? value.lifetime : undefined)),
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

  test('with attributes goes to the connector that asked; where none is named, to the one that owns the device', () => {
    const it = rig();
    const ask: Message = { kind: 'attributeRequest', device: 'd', connector: 'x', id: 5, scope: 'shared', keys: ['k'] };
    it.say(ask);
    expect(it.said()).toEqual([ask]);
    const values = { kind: 'attributeValues', device: 'd', id: 5, value: 'b' } as const;
    it.call({ ...values, connector: 'y' }, values);
    expect(it.to()).toEqual([
      ['y', { ...values, connector: 'y' }],
      ['x', values],
    ]);
    it.close();
  });

  test('that is no request and that nobody takes is not dropped in silence', () => {
    const warned: unknown[] = [];
    const quiet = (): void => undefined;
    const warn = (_: string, details?: unknown) => void warned.push(details);
    const counted: Fact[] = [];
    const log = { debug: quiet, info: quiet, warn, error: quiet };
    const it = rig({ log, fact: (fact) => counted.push(fact) });
    const update = (device: string): Command => ({ kind: 'attributeUpdate', device, values: { a: 1 }, deleted: [] });
    it.call(update('stranger'), update('d'));
    it.sent[0]!.refuse('ended');
    expect(warned).toEqual([
      { kind: 'attributeUpdate', device: 'stranger', why: 'no connector has the device' },
      { kind: 'attributeUpdate', device: 'd', why: 'x: ended' },
    ]);
    const one: Fact = { kind: 'count', who: 'dispatch', counter: 'untaken', n: 1 };
    expect(counted).toEqual([one, one]);
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

  const two = {
    types: new Map([
      ['x', 'mqtt'],
      ['y', 'mqtt'],
    ]),
  };
  const busy = { error: 'x is busy', code: 503 };

  test('of a type: an answer that is an error counts only when no other comes', () => {
    const it = rig(two);
    it.call(rpc(undefined, 1, 'mqtt_set'), rpc(undefined, 2, 'mqtt_set'), rpc(undefined, 3, 'mqtt_set'));
    it.say(reply(undefined, 1, busy), reply(undefined, 1, { success: true }));
    it.say(reply(undefined, 2, busy), reply(undefined, 2, { error: 'y too' }));
    it.say(reply(undefined, 3, busy));
    it.sent[5]!.refuse('ended');
    expect(it.said()).toEqual([
      reply(undefined, 1, { success: true }),
      reply(undefined, 2, { error: 'y too' }),
      reply(undefined, 3, busy),
    ]);
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
    map(({ value }) => timeless(value)),
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
  'a request that is refused after its deadline has its answer already',
  marbles(({ hot, scheduler, expectObservable }) => {
    const commands = hot<Command>('-a------', { a: rpc('d', 1) });
    const expected = '             ------a-';
    const out = dispatch(
      (directed) =>
        directed.pipe(
          delay(6, scheduler),
          tap(({ refuse }) => refuse('ended')),
          ignoreElements(),
        ),
      commands,
      { roster: known(), deadline: 5, scheduler },
    ).pipe(map(({ value }) => timeless(value)));
    expectObservable(out, '^--------!').toBe(expected, { a: reply('d', 1, timedOut) });
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
  'a request says until when it may be begun where its deadline comes before the platform’s own, or its connector has a patience; any other says nothing',
  marbles(({ hot, scheduler, flush }) => {
    const given: Command[] = [];
    const take = (deadline: number, patience = 0) =>
      dispatch(
        (directed) =>
          directed.pipe(
            tap(({ command }) => given.push(command)),
            ignoreElements(),
          ),
        hot<Command>('-a|', { a: rpc('d', 1) }),
        { roster: known(), deadline, patience: () => patience, scheduler },
      );
    merge(take(2_000), take(2_000, 4_000), take(10_000), take(2_000, 20_000), take(10_000, 3_000))
      .pipe(takeUntil(hot('--x')))
      .subscribe();
    flush();
    expect(given).toEqual([
      { ...rpc('d', 1), beginBefore: 1_901 },
      { ...rpc('d', 1), beginBefore: 1_901 },
      rpc('d', 1),
      { ...rpc('d', 1), beginBefore: 1_901 },
      { ...rpc('d', 1), beginBefore: 9_501 },
    ]);
  }),
);

test(
  'what a connector says that a call may take counts from the last moment when it may be begun',
  marbles(({ hot, cold, scheduler, expectObservable }) => {
    const client = cold('9400ms c');
    const handle = () => cold<Message>('20s (r|)', { r: reply('d', 1, 'in time') });
    const source = (directed: Observable<Directed>) =>
      serve(directed.pipe(map(({ command }) => command)), client, handle, { name: 'x', scheduler }).pipe(map(closed));
    const said = dispatch(source, hot<Command>('a', { a: rpc('d', 1) }), {
      roster: known(),
      patience: () => 25_000,
      scheduler,
    }).pipe(map(({ value }) => timeless(value)));
    expectObservable(said, '40s !').toBe('29400ms r', { r: reply('d', 1, 'in time') });
  }),
);

test.each([NaN, Infinity, -1, 3_000_000_000])(
  'a connector whose patience is %d keeps nobody else from an answer, and no timer running in vain',
  (patience) =>
    marbles(({ hot, scheduler, expectObservable, flush }) => {
      let timers = 0;
      const schedule: typeof scheduler.schedule = (work, delay = 0, state) => {
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(2 ** 31);
        timers += 1;
        return scheduler.schedule(work, delay, state);
      };
      const commands = hot<Command>('-abc------', { a: rpc('d', 1), b: rpc('e', 1), c: rpc('d', 2) });
      const out = drawn(commands, EMPTY, {
        deadline: 5,
        patience: (connector) => (connector === 'y' ? patience : 0),
        scheduler: { now: () => scheduler.now(), schedule },
      }).pipe(filter((message) => message.kind === 'reply' && message.device === 'd'));
      expectObservable(out, '^---------!').toBe('------a-c-', {
        a: reply('d', 1, timedOut),
        c: reply('d', 2, timedOut),
      });
      flush();
      expect(timers).toBeLessThan(6);
    })(),
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
    ).pipe(map(({ value }) => timeless(value)));
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
  /** As an earlier run left it. */
  const journal = (before: Iterable<string> = []) => {
    const earlier = new Set(before);
    const begun = new Set(earlier);
    const kept: Journal = {
      isBegun: (key) => earlier.has(key) && begun.has(key),
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
    const first = journal();
    const before = rig({ journal: first.kept });
    before.call(rpc('d', 1), rpc('d', 2));
    before.say(reply('d', 2, 'ok'));
    before.out[0]!.ack();
    before.close();
    const { begun, kept } = journal(first.begun);
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

test(
  'an answer that could not leave by the deadline is counted, forgotten by the journal, and its request a new one',
  marbles(({ hot, scheduler, flush }) => {
    const ended: string[] = [];
    const facts: Fact[] = [];
    const sent: Directed[] = [];
    const said: Envelope<Message>[] = [];
    const journal: Journal = { isBegun: () => false, begin: () => undefined, end: (key) => void ended.push(key) };
    const commands = hot<Command>('-a---------------a', { a: rpc('d', 1) });
    const replies = hot<Message>(' ---A--------------', { A: reply('d', 1, 42) });
    const run = (directed: Observable<Directed>) =>
      merge(replies.pipe(map(closed)), directed.pipe(tap((one) => sent.push(one)), ignoreElements())); // prettier-ignore
    const options = { roster: known(), journal, fact: (fact: Fact) => facts.push(fact), deadline: 10, scheduler };
    const subscription = dispatch(run, commands, options).subscribe((item) => said.push(item));
    scheduler.schedule(() => said[0]!.nack(new Unavailable('BROKER_UNREACHABLE', 'away')), 9);
    scheduler.schedule(() => subscription.unsubscribe(), 18);
    flush();
    expect([ended.length, facts.length, sent.length, said.length]).toEqual([1, 1, 2, 1]);
  }),
);

describe('an answer', () => {
  test('that the platform refuses is followed by an error that says so, also when the request comes again', () => {
    const it = rig();
    const settled: string[] = [];
    const item = (nack: () => void) => envelope<Message>(reply('d', 1, 'x'), nack, nack);
    it.call(rpc('d', 1));
    it.pass(item(() => settled.push('settled')));
    it.out[0]!.nack(new Refused('PLATFORM_REFUSED', 'over the limit'));
    it.call(rpc('d', 1));
    const error = reply('d', 1, { error: 'the platform does not take the answer: over the limit', code: 500 });
    expect(it.said()).toEqual([reply('d', 1, 'x'), error, error]);
    expect(settled).toEqual(['settled']);
    it.close();
  });

  test.each([null, false, 0, ''])('of %j is said again as it was', (content) => {
    const it = rig();
    it.call(rpc('d', 1));
    it.say(reply('d', 1, content));
    it.call(rpc('d', 1));
    expect(it.said()).toEqual([reply('d', 1, content), reply('d', 1, content)]);
    it.close();
  });

  test(
    'is worth sending until its deadline, and a second at least',
    marbles(({ hot, scheduler, expectObservable }) => {
      const commands = hot<Command>('a 2s b 7s c', { a: rpc('d', 1), b: rpc('d', 2), c: rpc('stranger', 3) });
      const replies = hot<Message>('- 2s - 2s B', { B: reply('d', 2, 'ok') });
      const lifetimes = dispatch(() => merge(replies.pipe(map(closed)), NEVER), commands, {
        roster: known(),
        deadline: 10_000,
        scheduler,
      }).pipe(map(({ value }) => (value.kind === 'reply' ? `${value.id}: ${value.lifetime}` : '')));
      expectObservable(lifetimes, '11s !').toBe('4002ms B 4999ms c 997ms a', {
        B: '2: 7999',
        c: '3: 10000',
        a: '1: 1000',
      });
    }),
  );
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
