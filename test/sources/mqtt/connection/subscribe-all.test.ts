import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../../src/model/errors.js';
import { subscribeAll, type Subscribing } from '../../../../src/sources/mqtt/connection/subscribe-all.js';

type Client = Parameters<typeof subscribeAll>[0];

interface Scene {
  /** When each filter is answered, and how; absent: never. */
  readonly answers: Readonly<Record<string, { readonly at: number; readonly qos?: 0 | 1; readonly error?: string }>>;
  readonly filters: readonly string[];
  readonly result: string;
  /** From when to when nothing is read, in ms. */
  readonly deaf?: readonly [number, number];
  readonly connected?: boolean;
}

const run = ({ answers, filters, result, deaf, connected = true }: Scene) => {
  const told: unknown[] = [];
  let failure: unknown;
  const scheduler = new TestScheduler((actual, expected) => {
    const frames = actual as { frame: number; notification: { kind: string; error?: unknown } }[];
    failure = frames.find(({ notification }) => notification.kind === 'E')?.notification.error;
    expect(frames.map(({ frame, notification }) => [frame, notification.kind])).toEqual(
      (expected as typeof frames).map(({ frame, notification }) => [frame, notification.kind]),
    );
  });
  scheduler.run(({ expectObservable }) => {
    const subscribe: Client['subscribe'] = ((
      topic: string,
      options: { qos: 0 | 1 },
      callback: (...args: unknown[]) => void,
    ) => {
      const answer = answers[topic];
      if (answer)
        scheduler.schedule(
          () =>
            answer.error === undefined
              ? callback(null, [{ topic, qos: answer.qos ?? options.qos }])
              : callback(new Error(answer.error), []),
          answer.at,
        );
    }) as Client['subscribe'];
    const options: Subscribing = {
      where: 'broker:1883',
      deaf: () => deaf !== undefined && scheduler.now() >= deaf[0] && scheduler.now() < deaf[1],
      scheduler,
      onFilterRefused: (filter, why) => told.push([filter, why]),
      onQosLowered: (filter, qos) => told.push([filter, qos]),
    };
    const wanted = filters.map((topicFilter) => ({ topicFilter, qos: 1 as const }));
    expectObservable(subscribeAll({ subscribe, connected }, wanted, options)).toBe(result);
  });
  return { told, failure };
};

describe('subscribeAll', () => {
  it('completes when every filter is answered', () => {
    expect(run({ filters: [], answers: {}, result: '|' }).told).toEqual([]);
    const answers = { a: { at: 3 }, b: { at: 5 } };
    expect(run({ filters: ['a', 'b'], answers, result: '5ms |' }).told).toEqual([]);
  });

  it('tells which filter was refused or lowered, and waits for the others', () => {
    const answers = { a: { at: 1, error: 'Not authorized' }, b: { at: 2, qos: 0 }, c: { at: 7 } } as const;
    expect(run({ filters: ['a', 'b', 'c'], answers, result: '7ms |' }).told).toEqual([
      ['a', 'Not authorized'],
      ['b', 0],
    ]);
  });

  it('errors after ten seconds, naming what was not answered', () => {
    const { failure } = run({ filters: ['a', 'b', 'c'], answers: { a: { at: 1 } }, result: '10s #' });
    expect(failure).toEqual(
      new ConnectionError(
        'BROKER_UNREACHABLE',
        'broker:1883: no answer to the subscription of b and 1 more within 10 s',
      ),
    );
  });

  it('counts only while the connection is read: the answer may lie behind a message', () => {
    run({ filters: ['a'], answers: { a: { at: 100_000 } }, deaf: [5_000, 95_500], result: '100s |' });
    run({ filters: ['a'], answers: {}, deaf: [5_000, 95_500], result: '105s #' });
  });

  it('takes the end of the connection for no answer', () =>
    expect(
      run({ filters: ['a'], answers: { a: { at: 1, error: 'closed' } }, connected: false, result: '10s #' }).told,
    ).toEqual([]));
});
