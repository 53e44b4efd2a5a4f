import { concat, defer, mergeMap, NEVER, of, throwError, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, test } from 'vitest';
import { FatalError } from '../../../src/model/errors.js';
import type { Fact } from '../../../src/model/fact.js';
import { LinkLost } from '../../../src/sinks/thingsboard/link-lost.js';
import { links } from '../../../src/sinks/thingsboard/links.js';
import type { Session } from '../../../src/sinks/thingsboard/session.js';
import { contextOf } from './rig.js';

const away = (): LinkLost => new LinkLost('BROKER_UNREACHABLE', 'nobody there');
const refused = (): LinkLost => new LinkLost('CREDENTIALS_REFUSED', 'wrong token', { reason: 134 });
const unread = (): FatalError => new FatalError('CONFIG_INVALID', 'cannot read cert.pem');
const session = {} as Session;
const failing = (error: () => Error) => () => throwError(error);
const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);
/** A session that lasts so many ms. */
const lasting = (ms: number): Observable<Session> =>
  concat(of(session), timer(ms).pipe(mergeMap(() => throwError(away))));

const told = (fact: Fact): string =>
  fact.kind === 'state'
    ? `${fact.phase}${fact.why === undefined ? '' : `: ${fact.why}, after ${String(fact.retryInMs)} ms`}`
    : fact.kind === 'alert'
      ? `alert ${fact.code}: ${fact.text}`
      : fact.kind;

/** What is said when the n-th connection ends so, and what else is logged; the last one goes on for ever. */
const run = (attempts: readonly (() => Observable<Session>)[], wait = 5_000) => {
  const scheduler = new TestScheduler(() => undefined);
  const facts: Fact[] = [];
  let lines = 0;
  let error: unknown;
  let n = 0;
  const log = () => void (lines += 1);
  scheduler.run(() => {
    const subscription = links({
      connect: defer(() => attempts[n++]?.() ?? NEVER),
      context: { ...contextOf(facts), log: { debug: log, info: log, warn: log, error: log } },
      backoff: () => wait,
      scheduler,
    }).subscribe({ error: (thrown: unknown) => (error = thrown) });
    scheduler.schedule(() => subscription.unsubscribe(), 10_000_000);
  });
  return { said: facts.map(told), lines, error, attempts: n };
};

describe('the connection to the platform', () => {
  test('a failure says one state, with the reason and the wait, and logs nothing else', () => {
    const { said, lines } = run([failing(away), failing(refused), () => lasting(20_000), () => NEVER]);
    expect(said).toEqual([
      'connecting',
      'reconnecting: nobody there, after 5000 ms',
      'refused: wrong token, after 5000 ms',
      'alert CREDENTIALS_REFUSED: wrong token',
      'connected',
      'reconnecting: nobody there, after 5000 ms',
    ]);
    expect(lines).toBe(0);
  });

  test('ten failures in a row are one alert, and again after a session stood', () => {
    const alerts = (attempts: readonly (() => Observable<Session>)[]) =>
      run(attempts).said.filter((line) => line.startsWith('alert'));
    const alert = 'alert BROKER_UNREACHABLE: failed 10 times in a row: nobody there';
    expect(alerts(times(9, failing(away)))).toEqual([]);
    expect(alerts(times(35, failing(away)))).toEqual([alert]);
    const fails = failing(away);
    expect(alerts([...times(8, fails), () => lasting(1), ...times(8, fails)])).toEqual([]);
    expect(alerts([...times(12, fails), () => lasting(1), ...times(12, fails)])).toEqual([alert, alert]);
  });

  test('refused credentials are an alert at once, and no second one until a session stood', () => {
    const { said } = run(times(30, failing(refused)));
    expect(said.filter((line) => line.startsWith('alert'))).toEqual(['alert CREDENTIALS_REFUSED: wrong token']);
  });

  test('a file that cannot be read is fatal at the first try only: later it may be about to be replaced', () => {
    expect(run([failing(unread)]).error).toMatchObject({ name: 'FatalError' });
    for (const before of [failing(away), () => lasting(5)]) {
      const { said, error, attempts } = run([before, ...times(11, failing(unread)), () => NEVER]);
      expect(error).toBeUndefined();
      expect(attempts).toBe(13);
      expect(said).toContain('reconnecting: cannot read cert.pem, after 5000 ms');
      expect(said).toContain('alert CONFIG_INVALID: failed 10 times in a row: cannot read cert.pem');
    }
  });

  test('keys for provisioning that the platform does not know are fatal at any try', () => {
    const unknown = () => throwError(() => new FatalError('PROVISIONING_REFUSED', 'no such keys'));
    const { error, attempts } = run([failing(away), () => lasting(5), unknown]);
    expect(error).toMatchObject({ name: 'FatalError', code: 'PROVISIONING_REFUSED' });
    expect(attempts).toBe(3);
  });
});
