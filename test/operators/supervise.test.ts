import { concat, ignoreElements, mergeMap, takeUntil, tap, throwError, timer, type Observable } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { ConnectionError, FatalError, ProtocolError } from '../../src/model/errors.js';
import type { Fact } from '../../src/model/fact.js';
import { createLog } from '../../src/log.js';
import { logFact } from '../../src/log/log-fact.js';
import { supervise } from '../../src/operators/supervise.js';

const lost = new ConnectionError('BROKER_UNREACHABLE', 'lost');
const odd = new ProtocolError('CONVERSION_FAILED', 'odd');
const fatal = new FatalError('CONFIG_INVALID', 'no such file');

const told = (fact: Fact): string => {
  if (fact.kind === 'state') return fact.why === undefined ? fact.phase : `${fact.phase}: ${fact.why}`;
  if (fact.kind === 'count') return `${fact.counter} +${fact.n}`;
  return fact.kind === 'alert' ? `alert ${fact.code}` : fact.kind;
};

interface Scene {
  /** The n-th connection, counted from 0. */
  readonly attempt: (helpers: RunHelpers, connected: () => void, n: number, polling: () => void) => Observable<string>;
  readonly result: string;
  /** Virtual milliseconds and what is said then. */
  readonly facts: readonly string[];
  readonly stop?: string;
  readonly most?: number;
  readonly backoff?: (attempt: number) => number;
  /** When the result is unsubscribed from. */
  readonly until?: string;
  readonly error?: unknown;
}

const run = ({ attempt, result, facts, stop, most, backoff = () => 5, until, error }: Scene): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => {
    const seen: string[] = [];
    let n = 0;
    const supervised = supervise({
      context: { name: 'mqtt', fact: (fact) => seen.push(`${scheduler.now()} ${told(fact)}`) },
      backoff,
      scheduler,
      most,
      ...(stop === undefined ? {} : { stop: helpers.hot(stop) }),
    })((connected, polling) => attempt(helpers, connected, n++, polling));
    helpers.expectObservable(supervised, until).toBe(result, undefined, error);
    helpers.flush();
    expect(seen).toEqual(facts);
  });
};

/** Is connected after 2 ms, and goes on as `rest`. */
const up = (connected: () => void, rest: Observable<string>): Observable<string> =>
  concat(timer(2).pipe(tap(connected), ignoreElements()), rest);

describe('supervise', () => {
  it('makes a connection, says when it is up, passes its values and completes with it', () =>
    run({
      attempt: ({ cold }, connected) => up(connected, cold('a-b|')),
      result: '--a-b|',
      facts: ['0 connecting', '2 connected', '5 disconnected'],
    }));

  it('makes it again after the backoff when it is lost', () =>
    run({
      attempt: ({ cold }, connected, n) => up(connected, n === 0 ? cold('a-#', undefined, lost) : cold('b|')),
      result: '--a 8ms b|',
      facts: [
        '0 connecting',
        '2 connected',
        '4 disconnected: lost',
        '4 reconnecting: lost',
        '11 connected',
        '12 disconnected',
      ],
    }));

  it('goes through the whole life of a connector that asks its devices: each phase is said once', () =>
    run({
      attempt: ({ cold }, connected, n, polling) =>
        up(
          connected,
          n === 0
            ? cold('abcd#', undefined, lost).pipe(tap(polling))
            : concat(cold('e|').pipe(tap(polling)), cold('-#', undefined, fatal)),
        ),
      result: '--abcd 7ms e-|',
      facts: [
        '0 connecting',
        '2 connected',
        '2 polling',
        '6 disconnected: lost',
        '6 reconnecting: lost',
        '13 connected',
        '13 polling',
        '15 disconnected: no such file',
        '15 disabled: no such file',
        '15 alert CONFIG_INVALID',
      ],
    }));

  it('gives up after so many tries in a row, disabled and with an alert', () =>
    run({
      attempt: ({ cold }, connected, n) =>
        n === 0 ? up(connected, cold('a#', undefined, lost)) : cold('#', undefined, lost),
      most: 2,
      result: '--a 10ms |',
      facts: [
        '0 connecting',
        '2 connected',
        '3 disconnected: lost',
        '3 reconnecting: lost',
        '8 reconnecting: lost',
        '13 disabled: gave up after 2 tries: lost',
        '13 alert BROKER_UNREACHABLE',
      ],
    }));

  it('gives up at once where no further try is allowed', () =>
    run({
      attempt: ({ cold }) => cold('-#', undefined, odd),
      most: 0,
      result: '-|',
      facts: ['0 connecting', '1 failed +1', '1 disabled: gave up after 0 tries: odd', '1 alert CONVERSION_FAILED'],
    }));

  it('counts the tries anew after a connection that lasted', () =>
    run({
      attempt: ({ cold }, connected, n) =>
        n === 1 ? up(connected, cold('10s #', undefined, lost)) : cold('#', undefined, lost),
      most: 1,
      result: '10012ms |',
      facts: [
        '0 connecting',
        '0 reconnecting: lost',
        '7 connected',
        '10007 disconnected: lost',
        '10007 reconnecting: lost',
        '10012 disabled: gave up after 1 try: lost',
        '10012 alert BROKER_UNREACHABLE',
      ],
    }));

  it('counts a ProtocolError and goes on', () =>
    run({
      attempt: ({ cold }, _connected, n) => (n === 0 ? cold('--#', undefined, odd) : cold('b|')),
      result: '-------b|',
      facts: ['0 connecting', '2 failed +1', '2 reconnecting: odd', '8 disconnected'],
    }));

  it('makes one line of the log of a failure: the reason, which attempt it was, and how long it waits', () => {
    const facts: Fact[] = [];
    const lines: string[] = [];
    const root = createLog({ write: (line) => lines.push(line.slice(25)) });
    const say = logFact(root);
    const fact = (it: Fact): void => {
      facts.push(it);
      say(it);
    };
    new TestScheduler(() => undefined).run(({ cold, flush }) => {
      const supervised = supervise({
        context: { name: 'mqtt', fact },
        backoff: (attempt) => [5, 1_000.4][attempt] ?? 1_000_000,
      })((connected) => {
        connected();
        return cold('#', undefined, facts.length < 4 ? lost : fatal);
      });
      supervised.subscribe();
      flush();
    });
    expect(lines).toEqual([
      'INFO  [mqtt] connecting',
      'INFO  [mqtt] connected',
      'WARN  [mqtt] reconnecting: lost {"code":"BROKER_UNREACHABLE","attempt":1,"retryInMs":5}',
      'INFO  [mqtt] connected',
      'ERROR [mqtt] disabled: no such file {"code":"CONFIG_INVALID"}',
    ]);
  });

  it('completes at a FatalError, disabled and with an alert', () =>
    run({
      attempt: ({ cold }) => cold('-a#', undefined, fatal),
      result: '-a|',
      facts: ['0 connecting', '2 disabled: no such file', '2 alert CONFIG_INVALID'],
    }));

  it('lets any other error pass, for it is a bug', () => {
    const bug = new TypeError('bug');
    run({ attempt: ({ cold }) => cold('-#', undefined, bug), result: '-#', error: bug, facts: ['0 connecting'] });
  });

  it('alerts at the tenth failure in a row, once', () =>
    run({
      attempt: ({ cold }) => cold('#', undefined, lost),
      backoff: () => 1,
      result: '-',
      until: '12ms !',
      facts: [
        '0 connecting',
        ...Array.from({ length: 10 }, (_, i) => `${i} reconnecting: lost`),
        '9 alert BROKER_UNREACHABLE',
        ...['10', '11'].map((at) => `${at} reconnecting: lost`),
      ].toSorted((a, b) => parseInt(a) - parseInt(b)),
    }));

  it('alerts once for a peer that takes each connection and loses it again at once', () => {
    const facts: Fact[] = [];
    new TestScheduler(() => undefined).run(({ cold }) => {
      let n = 0;
      const supervised = supervise({
        context: { name: 'mqtt', fact: (fact) => facts.push(fact) },
        backoff: () => 1,
      })((connected) => {
        n += 1;
        // One of them lasts: after it they count from one again.
        return up(connected, n === 15 ? cold('10s #', undefined, lost) : cold('#', undefined, n === 12 ? odd : lost));
      });
      supervised.pipe(takeUntil(timer(10_100))).subscribe();
    });
    expect(facts.flatMap((fact) => (fact.kind === 'alert' ? [`${fact.code}: ${fact.text}`] : []))).toEqual([
      'BROKER_UNREACHABLE: failed 10 times: lost',
      'CONVERSION_FAILED: failed 12 times: odd',
      'BROKER_UNREACHABLE: failed 10 times: lost',
    ]);
  });

  it('takes a silent connection that lasted for a success: the backoff starts again', () => {
    const attempts: number[] = [];
    run({
      attempt: ({ cold }, connected, n) =>
        n < 3 ? cold('#', undefined, lost) : up(connected, cold('10s #', undefined, lost)),
      backoff: (attempt) => {
        attempts.push(attempt);
        return attempts.length < 4 ? 1 : 1_000_000;
      },
      result: '-',
      until: '11s !',
      facts: [
        '0 connecting',
        '0 reconnecting: lost',
        '1 reconnecting: lost',
        '2 reconnecting: lost',
        '5 connected',
        '10005 disconnected: lost',
        '10005 reconnecting: lost',
      ],
    });
    expect(attempts).toEqual([0, 1, 2, 0]);
  });

  it('ends a wait between two attempts when asked to stop', () =>
    run({
      attempt: ({ cold }) => cold('-#', undefined, lost),
      result: '---|',
      stop: ' ---s',
      facts: ['0 connecting', '1 reconnecting: lost', '3 disconnected'],
    }));

  it('lets a running attempt end by itself when asked to stop, and makes no other', () => {
    run({
      attempt: ({ cold }) => cold('-a-b-|'),
      result: '-a-b-|',
      stop: ' --s',
      facts: ['0 connecting', '5 disconnected'],
    });
    run({
      attempt: ({ cold }) => cold('-a-b-#', undefined, lost),
      result: '-a-b-|',
      stop: ' --s',
      facts: ['0 connecting', '5 disconnected: lost'],
    });
  });

  it.each([
    ['its last try', 0],
    ['any other', undefined],
  ])('has not failed for good where %s fails after it was asked to stop', (_, most) =>
    run({
      attempt: (_helpers, connected) => up(connected, timer(3).pipe(mergeMap(() => throwError(() => lost)))),
      ...(most === undefined ? {} : { most }),
      result: '-----|',
      stop: ' ---s',
      facts: ['0 connecting', '2 connected', '5 disconnected: lost'],
    }),
  );
});
