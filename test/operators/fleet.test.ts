import {
  EMPTY,
  NEVER,
  Observable,
  Subject,
  endWith,
  filter,
  finalize,
  ignoreElements,
  map,
  of,
  takeUntil,
  tap,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Source } from '../../src/model/component.js';
import type { Envelope } from '../../src/model/envelope.js';
import type { Message } from '../../src/model/message.js';
import { enclose } from '../../src/operators/enclose.js';
import { fleet } from '../../src/operators/fleet.js';
import type { Directed } from '../../src/operators/fleet.js';
import { marbles } from '../marbles.js';

const message = (device: string): Message => ({ kind: 'connected', device, profile: 'default' });
/** `connector:device`, as the fleet stamps it. */
const told = map(({ value }: Envelope<Message>) =>
  value.kind === 'reply' ? 'reply' : `${value.connector ?? '?'}:${value.device}`,
);
const from = (letters: Observable<string>): Observable<Envelope<Message>> => letters.pipe(map(message), enclose());

/** Ends as soon as it is asked to. */
const polite =
  (letters: Observable<string>): Source =>
  (commands) =>
    from(letters).pipe(takeUntil(commands.pipe(ignoreElements(), endWith(0))));
/** Does not hear that it is asked to stop. */
const deaf =
  (letters: Observable<string>): Source =>
  () =>
    from(letters);
const mapOf = (sources: Record<string, Source>): ReadonlyMap<string, Source> => new Map(Object.entries(sources));

test(
  'runs all sources as one, and stamps what they send with their connector',
  marbles(({ hot, expectObservable }) => {
    const sources = { x: deaf(hot('-a--b|')), y: deaf(hot('--c-----|')) };
    expectObservable(fleet(sources, NEVER).pipe(told)).toBe('-ac-b---|', { a: 'x:a', c: 'y:c', b: 'x:b' });
    expectObservable(fleet(mapOf(sources), NEVER).pipe(told)).toBe('-ac-b---|', { a: 'x:a', c: 'y:c', b: 'x:b' });
  }),
);

test('leaves a stamp and a reply alone', () => {
  const seen: Message[] = [];
  const sent: Message[] = [
    { ...message('a'), connector: 'elsewhere' } as Message,
    { kind: 'reply', id: 1, content: 2 },
  ];
  fleet({ x: () => of(...sent).pipe(enclose()) }, NEVER).subscribe(({ value }) => seen.push(value));
  expect(seen).toEqual(sent);
});

test(
  'starts what is new and stops what is gone, and touches no other',
  marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const x = cold('a---a---a');
    const y = cold('-b---b---b');
    const z = cold('-c-------c');
    const [sx, sy, sz] = [polite(x), polite(y), polite(z)];
    const maps = hot('  m--n-----', { m: mapOf({ x: sx, y: sy }), n: mapOf({ y: sy, z: sz }) });
    const expected = '  ab--cb---';
    const until = '     --------!';
    expectObservable(fleet(maps, NEVER).pipe(told), until).toBe(expected, { a: 'x:a', b: 'y:b', c: 'z:c' });
    expectSubscriptions(x.subscriptions).toBe('^--!');
    expectSubscriptions(y.subscriptions).toBe('^-------!');
    expectSubscriptions(z.subscriptions).toBe('---^----!');
  }),
);

test(
  'asks a source to stop and lets it settle what it has; after the grace period it is unsubscribed',
  marbles(({ hot, cold, scheduler, expectObservable, expectSubscriptions }) => {
    const slow = cold('----------------a');
    const maps = hot('m---n----', { m: mapOf({ x: deaf(slow) }), n: mapOf({}) });
    const until = '     12ms !';
    expectObservable(fleet(maps, NEVER, { grace: 5, scheduler }).pipe(told), until).toBe('-');
    expectSubscriptions(slow.subscriptions).toBe('^--------!');
  }),
);

test(
  'starts a replacement when its predecessor has ended, teardown included, and not before',
  marbles(({ hot, cold, scheduler, expectObservable, flush }) => {
    const events: string[] = [];
    const at = (what: string) => (): void => void events.push(`${scheduler.frame} ${what}`);
    const held =
      (name: string, inner: Source): Source =>
      (commands) =>
        new Observable((subscriber) => {
          at(`${name} takes the port`)();
          const subscription = inner(commands).subscribe(subscriber);
          subscription.add(at(`${name} lets the port go`));
          return subscription;
        });
    const maps = hot('m---n-------o----', {
      m: mapOf({ x: held('deaf', deaf(NEVER)) }),
      n: mapOf({ x: held('polite', polite(NEVER)) }),
      o: mapOf({ x: held('last', polite(cold('a'))) }),
    });
    expectObservable(fleet(maps, NEVER, { grace: 5, scheduler }).pipe(told), '15ms !').toBe('------------a', {
      a: 'x:a',
    });
    flush();
    expect(events).toEqual([
      '0 deaf takes the port',
      '9 deaf lets the port go',
      '9 polite takes the port',
      '12 polite lets the port go',
      '12 last takes the port',
      '15 last lets the port go',
    ]);
  }),
);

test(
  'lets a source that ended stay ended, until another stands under its name',
  marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const x = cold('a|');
    const other = cold('b|');
    const sx = deaf(x);
    const maps = hot('m--m--n---', { m: mapOf({ x: sx }), n: mapOf({ x: deaf(other) }) });
    expectObservable(fleet(maps, NEVER).pipe(told), '---------!').toBe('a-----b---', { a: 'x:a', b: 'x:b' });
    expectSubscriptions(x.subscriptions).toBe(['^!']);
    expectSubscriptions(other.subscriptions).toBe(['------^!']);
  }),
);

test(
  'starts a source that ended again when its name had gone and comes back',
  marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const x = cold('a|');
    const sx = deaf(x);
    const maps = hot('m--n--m---', { m: mapOf({ x: sx }), n: mapOf({}) });
    expectObservable(fleet(maps, NEVER).pipe(told), '---------!').toBe('a-----a---', { a: 'x:a' });
    expectSubscriptions(x.subscriptions).toBe(['^!', '------^!']);
  }),
);

test(
  'stops all when it is asked to, and completes when they have ended',
  marbles(({ hot, scheduler, expectObservable }) => {
    const until = hot('   ---x');
    const sources = { x: polite(hot('-a--a-')), y: deaf(hot('--b--b--')) };
    const expected = '    -ab--b--|';
    expectObservable(fleet(sources, NEVER, { until, grace: 5, scheduler }).pipe(told)).toBe(expected, {
      a: 'x:a',
      b: 'y:b',
    });
  }),
);

test(
  'starts nothing any more after that',
  marbles(({ hot, scheduler, expectObservable }) => {
    const maps = hot('m---n', { m: mapOf({ x: polite(NEVER) }), n: mapOf({ y: deaf(of('late')) }) });
    expectObservable(fleet(maps, NEVER, { until: hot('--x'), grace: 5, scheduler }).pipe(told)).toBe('--|');
  }),
);

test(
  'completes when the maps have completed and every source has ended',
  marbles(({ hot, cold, expectObservable }) => {
    const maps = hot('m-|', { m: mapOf({ x: deaf(cold('a---|')) }) });
    expectObservable(fleet(maps, NEVER).pipe(told)).toBe('a---|', { a: 'x:a' });
    expectObservable(fleet({}, NEVER)).toBe('|');
  }),
);

test(
  'passes the error of a source, of the maps, of the end, and of a source that throws, and leaves the others',
  marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const other = cold('----------');
    expectObservable(fleet({ y: deaf(other), x: deaf(hot('-a-#')) }, NEVER).pipe(told)).toBe('-a-#', { a: 'x:a' });
    expectSubscriptions(other.subscriptions).toBe('^--!');
    expectObservable(fleet(hot('--#'), NEVER)).toBe('--#');
    expectObservable(fleet({ x: deaf(NEVER) }, NEVER, { until: hot('-#') })).toBe('-#');
    const thrown: Source = () => {
      throw 'error' as unknown as Error;
    };
    expectObservable(fleet(hot('-m', { m: mapOf({ x: thrown }) }), NEVER)).toBe('-#');
  }),
);

describe('says farewell for a source', () => {
  const farewell = (name: string): readonly Message[] => [
    { kind: 'disconnected', device: `${name} 1`, connector: name },
    { kind: 'disconnected', device: `${name} 2`, connector: name },
  ];
  const left = (name: string) => ({ u: `${name}:${name} 1`, v: `${name}:${name} 2` });

  test(
    'that ended by itself, while the others go on',
    marbles(({ hot, expectObservable }) => {
      const sources = { x: deaf(hot('-a|')), y: deaf(hot('-------b-')) };
      const expected = '             -a(uv)-b-';
      expectObservable(fleet(sources, NEVER, { farewell }).pipe(told), '---------!').toBe(expected, {
        a: 'x:a',
        b: 'y:b',
        ...left('x'),
      });
    }),
  );

  test(
    'that was taken away, and before the first word of the one in its place',
    marbles(({ hot, cold, expectObservable }) => {
      const maps = hot('m---n-------o----', {
        m: mapOf({ x: polite(cold('a')) }),
        n: mapOf({ x: polite(cold('b')) }),
        o: mapOf({}),
      });
      const expected = 'a---(uvb)---(uv)-';
      expectObservable(fleet(maps, NEVER, { farewell }).pipe(told), '----------------!').toBe(expected, {
        a: 'x:a',
        b: 'x:b',
        ...left('x'),
      });
    }),
  );

  test(
    'and hears whether another takes its place',
    marbles(({ hot, cold, expectObservable, flush }) => {
      const heard: unknown[] = [];
      const hears = (name: string, isReplaced: boolean): readonly Message[] => {
        heard.push([name, isReplaced]);
        return [];
      };
      const z = deaf(NEVER);
      const maps = hot('m---n---', {
        m: mapOf({ x: polite(NEVER), y: polite(NEVER), e: deaf(cold('a|')), z }),
        n: mapOf({ x: polite(NEVER), z }),
      });
      expectObservable(fleet(maps, NEVER, { farewell: hears }).pipe(told), '-------!').toBe('a', { a: 'e:a' });
      flush();
      expect(heard).toEqual([
        ['e', false],
        ['x', true],
        ['y', false],
      ]);
    }),
  );

  test(
    'but not when all are stopped, or when one errors',
    marbles(({ hot, scheduler, expectObservable }) => {
      const until = hot('--x');
      const sources = { x: polite(hot('-a--a-')), y: deaf(hot('-b--------')) };
      const stopped = fleet(sources, NEVER, { until, grace: 5, scheduler, farewell });
      expectObservable(stopped.pipe(told)).toBe('-(ab)--|', { a: 'x:a', b: 'y:b' });
      expectObservable(fleet({ x: deaf(hot('-#')), y: deaf(NEVER) }, NEVER, { farewell })).toBe('-#');
    }),
  );
});

/** A command, and what became of it. */
const commandTo = (to: string, id: number, heard: string[], isAlive = true): Directed => ({
  to,
  command: { kind: 'rpc', id, method: 'm', params: null },
  isAlive: () => isAlive,
  refuse: (why) => heard.push(`${to} ${id} ${why}`),
});
const hears =
  (name: string, heard: string[]): Source =>
  (commands) =>
    commands.pipe(
      tap((command) => heard.push(`${name} ${command.kind} ${'id' in command ? command.id : ''}`)),
      ignoreElements(),
      finalize(() => heard.push(`${name} ends`)),
    );

test('hands a command to the source that it names, and refuses what names none or one that has ended', () => {
  const heard: string[] = [];
  const commands = new Subject<Directed>();
  const running = fleet({ a: hears('a', heard), b: hears('b', heard), c: () => EMPTY }, commands).subscribe();
  for (const to of ['b', 'a', 'c', 'd', '__proto__']) commands.next(commandTo(to, 1, heard));
  running.unsubscribe();
  expect(heard).toEqual(['b rpc 1', 'a rpc 1', 'c 1 ended', 'd 1 absent', '__proto__ 1 absent', 'a ends', 'b ends']);
});

test('holds commands while the sources are loading, and refuses those whose source is not among them', () => {
  const heard: string[] = [];
  const commands = new Subject<Directed>();
  const maps = new Subject<ReadonlyMap<string, Source>>();
  const running = fleet(maps, commands).subscribe();
  commands.next(commandTo('a', 1, heard));
  commands.next(commandTo('gone', 2, heard));
  commands.next(commandTo('a', 3, heard, false));
  commands.next(commandTo('a', 4, heard));
  expect(heard).toEqual([]);
  maps.next(mapOf({ a: hears('a', heard) }));
  expect(heard).toEqual(['a 3 late', 'a rpc 1', 'gone 2 absent', 'a rpc 4']);
  running.unsubscribe();
});

test('holds commands while a source is replaced, for its successor', () => {
  const heard: string[] = [];
  const commands = new Subject<Directed>();
  const maps = new Subject<ReadonlyMap<string, Source>>();
  const lets = new Subject<void>();
  /** Ends some time after it was asked to. */
  const slow: Source = () => new Observable(() => lets.subscribe(() => over.next()));
  const over = new Subject<void>();
  const running = fleet(maps, commands).subscribe();
  maps.next(mapOf({ a: () => slow(NEVER).pipe(takeUntil(over)), b: hears('b', heard) }));
  maps.next(mapOf({ a: hears('new a', heard), b: hears('new b', heard) }));
  commands.next(commandTo('a', 1, heard));
  commands.next(commandTo('b', 2, heard));
  expect(heard).toEqual(['b ends', 'new b rpc 2']);
  lets.next();
  expect(heard).toEqual(['b ends', 'new b rpc 2', 'new a rpc 1']);
  running.unsubscribe();
});

test('refuses what waits for a source that goes instead', () => {
  const heard: string[] = [];
  const commands = new Subject<Directed>();
  const running = fleet(NEVER, commands, { until: commands.pipe(filter(({ to }) => to === 'end')) }).subscribe();
  commands.next(commandTo('a', 1, heard));
  commands.next(commandTo('end', 2, heard));
  expect(heard).toContain('a 1 absent');
  running.unsubscribe();
});
