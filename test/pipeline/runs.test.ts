import { EMPTY, Subject, concat, defer, ignoreElements, of, take, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, test } from 'vitest';
import { decode } from '../../src/model/decode.js';
import { gatewayConfig } from '../../src/config/gateway-config.js';
import type { GatewayConfig } from '../../src/config/gateway-config.js';
import { FatalError } from '../../src/model/errors.js';
import { runs } from '../../src/pipeline/runs.js';
import type { Restart } from '../../src/pipeline/runs.js';

/** A configuration that is told from others by its host. */
const configOf = (host: string, restart = 'process'): GatewayConfig =>
  decode(gatewayConfig, { thingsboard: { host, security: { accessToken: 'T' } }, restart }).value!;

/** Runs that say when they begin and end; `bad` ends with an error, `worse` cannot be made. */
const scene = (restart: Restart = {}) => {
  const said: string[] = [];
  const bug = new Subject<never>();
  const make = ({ thingsboard: { host } }: GatewayConfig, over: Observable<unknown>): Observable<never> => {
    if (host === 'worse') throw new FatalError('CONFIG_INVALID', 'cannot be made');
    return defer(() => {
      said.push(`+${host}`);
      if (host === 'bad') return throwError(() => new FatalError('STORAGE_FAILED', 'cannot be run'));
      const stopped = new Subject<never>();
      over.pipe(take(1)).subscribe(() => {
        said.push(`-${host}`);
        stopped.complete();
      });
      bug.subscribe({ error: (error: unknown) => stopped.error(error) });
      return concat(stopped, EMPTY);
    });
  };
  const log = { info: () => undefined, error: (text: string) => said.push(text) };
  const up = new Subject<void>();
  const scheduler = new TestScheduler(() => undefined);
  const pass = (ms: number): void => {
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
    scheduler.frame = scheduler.maxFrames;
  };
  const { all, restarting } = runs(configOf('first'), { ...restart, make, log, up, scheduler });
  const running = all.subscribe({
    complete: () => said.push('end'),
    error: (error: unknown) => said.push(String(error)),
  });
  const begin = (): void => void restarting.begin.subscribe({ error: (error: unknown) => said.push(String(error)) });
  return { said, begin, restarting, bug, up, pass, running };
};

test('without anything else to read a gateway begins again as it was', () => {
  const { said, begin } = scene();
  begin();
  begin();
  expect(said).toEqual(['+first', '-first', '+first', '-first', '+first']);
});

test('each run begins with what is read then, when the one before it has ended', () => {
  let host = 'second';
  const { said, begin } = scene({ read: defer(() => of(configOf(host))) });
  begin();
  host = 'third';
  begin();
  expect(said).toEqual(['+first', '-first', '+second', '-second', '+third']);
});

test.each<[string, Observable<GatewayConfig>]>([
  ['cannot be read', throwError(() => new FatalError('CONFIG_INVALID', 'a mistake'))],
  ['cannot be used', of(configOf('worse'))],
])('a configuration that %s stops nothing', (_, read) => {
  const { said, begin } = scene({ read });
  begin();
  expect(said).toEqual(['+first', expect.stringMatching(/^not started again/)]);
});

test('one that cannot be run makes room for the one before it, which can begin again', () => {
  let host = 'bad';
  const { said, begin } = scene({ read: defer(() => of(configOf(host))) });
  begin();
  host = 'second';
  begin();
  expect(said).toEqual([
    '+first',
    '-first',
    '+bad',
    expect.stringContaining('one before'),
    '+first',
    '-first',
    '+second',
  ]);
});

test('a run that fails with nothing before it is the end; so is a bug, whatever was before it', () => {
  const { said, bug } = scene();
  bug.error(new FatalError('STORAGE_LOCKED', 'taken'));
  expect(said).toEqual(['+first', 'FatalError: taken']);
  const other = scene();
  other.begin();
  other.bug.error(new TypeError('a bug'));
  expect(other.said.at(-1)).toBe('TypeError: a bug');
});

describe('a run that fails for good after a restart', () => {
  const fatal = new FatalError('STORAGE_FAILED', 'much later');
  const restarted = () => {
    const it = scene({ read: of(configOf('second')) });
    it.begin();
    return it;
  };
  const back = expect.stringContaining('one before') as string;
  const end = 'FatalError: much later';

  test.each<[string, (it: ReturnType<typeof scene>) => void, string]>([
    ['makes room for the one before it at once', () => undefined, back],
    ['makes room until a minute has passed', ({ pass }) => pass(59_999), back],
    ['is the end once it has reached the platform', ({ up }) => up.next(), end],
    ['is the end once it has run for a minute', ({ pass }) => pass(60_000), end],
  ])('%s', (_, meanwhile, expected) => {
    const it = restarted();
    meanwhile(it);
    it.bug.error(fatal);
    expect(it.said.slice(0, 4)).toEqual(['+first', '-first', '+second', expected]);
  });

  test('leaves no timer behind when it ends otherwise', () => {
    const it = restarted();
    it.begin();
    it.up.next();
    expect(it.up.observed).toBe(false);
    it.begin();
    expect(it.up.observed).toBe(true);
    it.running.unsubscribe();
    expect(it.up.observed).toBe(false);
  });
});

test('where the configuration says exit, whoever runs the gateway is told, and nothing begins here', () => {
  let exits = 0;
  const read = of(configOf('second', 'exit'));
  const { said, begin } = scene({ read, exit: () => (exits += 1) });
  begin();
  expect([said, exits]).toEqual([['+first'], 1]);
  // Nobody to tell: it begins by itself.
  const alone = scene({ read });
  alone.begin();
  expect(alone.said).toEqual(['+first', '-first', '+second']);
});

test('a check says the reason and begins nothing', () => {
  const wrong = new FatalError('CONFIG_INVALID', 'a mistake');
  const { said, restarting } = scene({ read: throwError(() => wrong) });
  const heard: unknown[] = [];
  restarting.check.pipe(ignoreElements()).subscribe({ error: (error: unknown) => heard.push(error) });
  expect([said, heard]).toEqual([['+first'], [wrong]]);
});
