import { EMPTY, endWith, map, merge, NEVER, of, Subject, take, throwError, type Observable } from 'rxjs';
import { expect, test } from 'vitest';
import type { Command, Rpc } from '../../src/model/command.js';
import type { Message, Reply } from '../../src/model/message.js';
import { RpcError } from '../../src/model/rpc-error.js';
import { serve, type Serve } from '../../src/operators/serve.js';
import { marbles, type Drawing } from '../marbles.js';

const rpc = (letter: string): Rpc => ({
  kind: 'rpc',
  device: 'd',
  id: letter.charCodeAt(0),
  method: letter,
  params: null,
});
/** Letters are calls, digits attribute updates: 1 to 4 of the device d, any other of its own. */
const command = (letter: string): Command =>
  /\d/.test(letter)
    ? { kind: 'attributeUpdate', device: letter < '5' ? 'd' : letter, values: { letter }, deleted: [] }
    : rpc(letter);
const all = Object.fromEntries(Array.from('abcdefgh123456789', (letter) => [letter, command(letter)]));

const reply = (to: Command, content: Reply['content']): Message => {
  if (to.kind !== 'rpc') throw new Error('no call');
  return { kind: 'reply', device: 'd', id: to.id, content };
};
const letterOf = (one: Command): string =>
  one.kind === 'rpc' ? one.method : (Object.values(one.values!)[0] as string);

/** What comes out: of a call `a` the text of its answer. */
const served = (
  drawing: Drawing,
  commands: string,
  clients: Observable<string | undefined>,
  handle: (client: string, one: Command) => Observable<Message>,
  options: Partial<Serve> = {},
) =>
  serve(drawing.cold(commands, all), clients, handle, {
    name: 'mqtt',
    deadline: 10,
    updateDeadline: 20,
    scheduler: drawing.scheduler,
    ...options,
  }).pipe(
    map((message) => {
      if (message.kind !== 'reply') return message.kind;
      return `${String.fromCharCode(message.id)} ${JSON.stringify(message.content)}`;
    }),
  );

/** Answers at once with the client's name. */
const echo = (client: string, one: Command): Observable<Message> =>
  one.kind === 'rpc' ? of(reply(one, client)) : EMPTY;
const up = { X: 'X', Y: 'Y', u: undefined };

test(
  'hands commands to the client there is, and holds them while there is none',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const result = served(drawing, '-a-----b-----c---|', cold('----X-----u----Y-', up), echo);
    expectObservable(result).toBe('----a--b-------c-|', { a: 'a "X"', b: 'b "X"', c: 'c "Y"' });
  }),
);

test(
  'answers at the deadline what has found no client, and goes on',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const told: string[] = [];
    const result = served(drawing, 'a-b---', cold('11ms X', up), echo, {
      onFailure: (one, why) => told.push(`${letterOf(one)}: ${why}`),
    });
    expectObservable(result, '30ms !').toBe('10ms ab', {
      a: 'a {"error":"mqtt is not connected","code":503}',
      b: 'b "X"',
    });
    drawing.flush();
    expect(told).toEqual(['a: mqtt is not connected']);
  }),
);

test(
  'a call that is not to be begun so late waits no longer than that, and is never handed over then',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const calls = cold<Command>('ab----', {
      a: { ...rpc('a'), beginBefore: 5 },
      b: { ...rpc('b'), beginBefore: 1_000 },
    });
    const handled: string[] = [];
    const result = serve(
      calls,
      cold('7ms X', up),
      (client, one) => {
        handled.push(letterOf(one));
        return echo(client, one);
      },
      { name: 'mqtt', deadline: 10, scheduler: drawing.scheduler },
    );
    expectObservable(result, '30ms !').toBe('5ms a-b', {
      a: reply(rpc('a'), { error: 'mqtt is not connected', code: 503 }),
      b: reply(rpc('b'), 'X'),
    });
    drawing.flush();
    expect(handled).toEqual(['b']);
  }),
);

test(
  'lets an attribute update wait longer than a call, and tells when it gives it up',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const handled: string[] = [];
    const told: string[] = [];
    const note = (client: string, one: Command) => (handled.push(`${client} ${letterOf(one)}`), EMPTY);
    const result = served(drawing, '1--2', cold('21ms X', up), note, { onFailure: (one) => told.push(letterOf(one)) });
    expectObservable(result, '30ms !').toBe('');
    drawing.flush();
    expect([handled, told]).toEqual([['X 2'], ['1']]);
  }),
);

test(
  'an update whose client has gone waits for the next one, before what came later; a call is answered',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const handled: string[] = [];
    const told: string[] = [];
    const gone = () => cold<never>('--#', {}, new RpcError(503, 'gone'));
    const first = (client: string, one: Command) => {
      handled.push(`${client} ${letterOf(one)}`);
      return client === 'X' ? gone() : echo(client, one);
    };
    const result = served(drawing, '(56a)7', cold('X----u----Y-', up), first, {
      onFailure: (one) => told.push(letterOf(one)),
    });
    expectObservable(result, '15ms !').toBe('--a', { a: 'a {"error":"gone","code":503}' });
    drawing.flush();
    expect(handled).toEqual(['X 5', 'X 6', 'X a', 'Y 5', 'Y 6', 'Y 7']);
    expect(told).toEqual(['a']);
  }),
);

/** Fails updates at X after some ms, answers everything else at once. */
const failing =
  ({ cold, scheduler }: Drawing, code: RpcError['code'], handled: string[], ms = 2) =>
  (client: string, one: Command) => {
    handled.push(`${scheduler.now()} ${client} ${letterOf(one)}`);
    return client === 'X' && one.kind !== 'rpc'
      ? cold<never>(`${ms}ms #`, {}, new RpcError(code, 'silent'))
      : echo(client, one);
  };

test.each([
  [5, ['5', '6', '7', '8', '9'], []],
  [3, ['7', '8', '9'], ['5', '6']],
])(
  'puts updates that have lost their client before those that came later; of more than %i the oldest goes',
  (limit, kept, gone) =>
    marbles((drawing) => {
      const handled: string[] = [];
      const told: string[] = [];
      const clients = drawing.cold('X--u------Y', up);
      const result = served(drawing, '56789', clients, failing(drawing, 503, handled, 6), {
        limit,
        onFailure: (one) => told.push(letterOf(one)),
      });
      drawing.expectObservable(result, '15ms !').toBe('');
      drawing.flush();
      expect(handled).toEqual(['0 X 5', '1 X 6', '2 X 7', ...kept.map((letter) => `10 Y ${letter}`)]);
      expect(told).toEqual(gone);
    })(),
);

test(
  'gives an update that got no answer to the same client again, after a pause each time',
  marbles((drawing) => {
    const handled: string[] = [];
    const told: string[] = [];
    const result = served(drawing, '1a-b', of('X'), failing(drawing, 408, handled), {
      pause: 5,
      onFailure: (_one, why) => told.push(why),
    });
    drawing.expectObservable(result, '40ms !').toBe('-a-b', { a: 'a "X"', b: 'b "X"' });
    drawing.flush();
    expect(handled).toEqual(['0 X 1', '1 X a', '3 X b', '7 X 1', '14 X 1']);
    expect(told).toEqual(['mqtt could not deliver it: silent']);
  }),
);

test(
  'gives an update that got no answer to the next client at once',
  marbles((drawing) => {
    const handled: string[] = [];
    const result = served(drawing, '1', drawing.cold('X--Y', up), failing(drawing, 408, handled));
    drawing.expectObservable(result, '20ms !').toBe('');
    drawing.flush();
    expect(handled).toEqual(['0 X 1', '3 Y 1']);
  }),
);

test.each<readonly [RpcError['code'], readonly string[]]>([
  [408, ['0 X 1', '0 X 5', '7 X 1', '7 X 5', '9 Y 1', '9 Y 2', '9 Y 3', '9 Y 5']],
  [503, ['0 X 1', '0 X 5', '9 Y 1', '9 Y 2', '9 Y 3', '9 Y 5']],
])('hands over no update of a device before the earlier ones of it are done, with code %i', (code, expected) =>
  marbles((drawing) => {
    const handled: string[] = [];
    const clients = drawing.cold('X--------Y', up);
    const result = served(drawing, '(1235)', clients, failing(drawing, code, handled), { pause: 5 });
    drawing.expectObservable(result, '20ms !').toBe('');
    drawing.flush();
    expect(handled).toEqual(expected);
  })(),
);

test(
  'says of an update why it has waited for too long',
  marbles((drawing) => {
    const told: string[] = [];
    const result = served(drawing, '12', of('X'), () => NEVER, { onFailure: (_one, why) => told.push(why) });
    drawing.expectObservable(result, '30ms !').toBe('');
    drawing.flush();
    expect(told).toEqual(['mqtt waits for an earlier update of the device']);
  }),
);

test.each([
  ['fails then', '1|', '--|'],
  ['rests then', '1---|', '----|'],
])('does not give an update again when its commands have completed: one that %s', (_, commands, expected) =>
  marbles((drawing) => {
    const told: string[] = [];
    const handled: string[] = [];
    const result = served(drawing, commands, of('X'), failing(drawing, 408, handled), {
      onFailure: (_one, why) => told.push(why),
    });
    drawing.expectObservable(result).toBe(expected);
    drawing.flush();
    expect(handled).toEqual(['0 X 1']);
    expect(told).toEqual(['mqtt could not deliver it: silent']);
  })(),
);

test('hands over thousands that wait, and are done at once', () => {
  const commands = new Subject<Command>();
  const clients = new Subject<string>();
  let handled = 0;
  const handle = () => (handled++, EMPTY);
  const subscription = serve(commands, clients, handle, { name: 'mqtt', limit: 5_000 }).subscribe();
  for (let i = 0; i < 5_000; i += 1) commands.next(command('1'));
  clients.next('X');
  subscription.unsubscribe();
  expect(handled).toBe(5_000);
});

test(
  'hands over nothing more when it is torn down by what it says',
  marbles((drawing) => {
    const handled: string[] = [];
    const result = served(drawing, '(ab)', drawing.cold('-X', up), failing(drawing, 408, handled)).pipe(take(1));
    drawing.expectObservable(result).toBe('-(a|)', { a: 'a "X"' });
    drawing.flush();
    expect(handled).toEqual(['1 X a']);
  }),
);

test(
  'holds no more than its limit: one call more is answered at once, of updates the oldest goes',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const handled: string[] = [];
    const told: string[] = [];
    const note = (_: string, one: Command) => (handled.push(letterOf(one)), echo('X', one));
    const result = served(drawing, '(abc123)', cold('---X', up), note, {
      limit: 2,
      onFailure: (one) => told.push(letterOf(one)),
    });
    expectObservable(result, '9ms !').toBe('c--(ab)', {
      a: 'a "X"',
      b: 'b "X"',
      c: 'c {"error":"mqtt is not connected, and 2 others wait","code":503}',
    });
    drawing.flush();
    expect([handled, told]).toEqual([
      ['a', 'b', '2', '3'],
      ['c', '1'],
    ]);
  }),
);

test(
  'works on no more than its limit at a time; the others wait for a place, until their deadline',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const slow = (_: string, one: Command) => cold('----(r|)', { r: 0 }).pipe(map(() => reply(one, 'done')));
    const passed = (deadline: number) => served(drawing, '(abc)---|', of('X'), slow, { limit: 2, deadline });
    const done = { a: 'a "done"', b: 'b "done"', c: 'c "done"' };
    expectObservable(passed(5)).toBe('----(ab)(c|)', done);
    expectObservable(passed(3)).toBe('---c(ab)|', {
      ...done,
      c: 'c {"error":"mqtt is busy with 2 commands","code":503}',
    });
  }),
);

test(
  'works on no more than its limit when a client comes to many that wait, and keeps their order',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const handled: string[] = [];
    const slow = (_: string, one: Command) => {
      handled.push(`${drawing.scheduler.now()} ${letterOf(one)}`);
      return cold<never>('----|').pipe(endWith(...(one.kind === 'rpc' ? [reply(one, 'done')] : [])));
    };
    const result = served(drawing, '(a1b2)', cold('-----X', up), slow, { limit: 2 });
    expectObservable(result, '30ms !').toBe('---------a---b', { a: 'a "done"', b: 'b "done"' });
    drawing.flush();
    expect(handled).toEqual(['5 a', '5 1', '9 b', '9 2']);
  }),
);

test('does not let a command pass those that wait, even if it comes while they are handed over', () => {
  const commands = new Subject<Command>();
  const clients = new Subject<string>();
  const handled: string[] = [];
  const handle = (_: string, one: Command) => {
    if (letterOf(one) === 'a') commands.next(command('c'));
    handled.push(letterOf(one));
    return EMPTY;
  };
  const subscription = serve(commands, clients, handle, { name: 'mqtt' }).subscribe();
  for (const letter of ['a', 'b']) commands.next(command(letter));
  clients.next('X');
  subscription.unsubscribe();
  expect(handled).toEqual(['a', 'b', 'c']);
});

const failures: readonly (readonly [string, () => Observable<Message>, string])[] = [
  [
    'throws',
    () => {
      throw new Error('broken');
    },
    '{"error":"broken","code":500}',
  ],
  ['errors', () => throwError(() => new RpcError(404, 'no such method')), '{"error":"no such method","code":404}'],
  ['completes without a reply', () => EMPTY, '{"error":"mqtt gave no answer","code":500}'],
];
test.each(failures)('answers a call whose handler %s, and goes on', (_, broken, content) =>
  marbles((drawing) => {
    const result = served(drawing, 'a-b|', of('X'), (client, one) =>
      (one as Rpc).method === 'a' ? broken() : echo(client, one),
    );
    drawing.expectObservable(result).toBe('a-b|', { a: `a ${content}`, b: 'b "X"' });
  })(),
);

test(
  'answers a call once, whatever its handler does after its reply',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const told: string[] = [];
    const twice = (_: string, one: Command) => cold('-1-2-#').pipe(map((n) => reply(one, n)));
    const result = served(drawing, 'a-----|', of('X'), twice, { onFailure: (_one, why) => told.push(why) });
    expectObservable(result).toBe('-a----|', { a: 'a "1"' });
    drawing.flush();
    expect(told).toEqual(['error']);
  }),
);

test(
  'passes what else a handler says',
  marbles((drawing) => {
    const gone: Message = { kind: 'disconnected', device: 'd' };
    const result = served(drawing, 'a---|', of('X'), (client, one) => merge(of(gone), echo(client, one)));
    drawing.expectObservable(result).toBe('(da)|', { d: 'disconnected', a: 'a "X"' });
  }),
);

test(
  'completes when its commands have, and all is answered',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const slow = (_: string, one: Command) => cold('-----(r|)').pipe(map(() => reply(one, 'done')));
    expectObservable(served(drawing, 'a-|', of('X'), slow)).toBe('-----(a|)', { a: 'a "done"' });
  }),
);

test(
  'answers at once what waits when its commands complete: no client will come',
  marbles((drawing) => {
    const result = served(drawing, 'a-1-|', NEVER, echo);
    drawing.expectObservable(result).toBe('----(a|)', {
      a: 'a {"error":"mqtt is stopped","code":503}',
    });
  }),
);

test(
  'teardown ends its handlers and its waiting, and answers nothing',
  marbles((drawing) => {
    const { cold, hot, expectObservable, expectSubscriptions } = drawing;
    const work = cold('-----------r');
    const clients = hot('X-u-', up);
    const commands = hot('ab-c', all);
    const result = serve(
      commands,
      clients,
      () => work.pipe(map(() => ({ kind: 'disconnected', device: 'd' }) as const)),
      {
        name: 'mqtt',
        deadline: 10,
        scheduler: drawing.scheduler,
      },
    );
    expectObservable(result, '-----!').toBe('');
    expectSubscriptions(work.subscriptions).toBe(['^----!', '-^---!']);
    expectSubscriptions(clients.subscriptions).toBe('^----!');
    expectSubscriptions(commands.subscriptions).toBe('^----!');
  }),
);
