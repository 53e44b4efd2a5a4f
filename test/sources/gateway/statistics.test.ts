import { map, NEVER, of, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/model/command.js';
import type { Envelope } from '../../../src/model/envelope.js';
import { Unavailable } from '../../../src/model/errors.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Message } from '../../../src/model/message.js';
import { noFacts } from '../../../src/operators/tally.js';
import { statistics } from '../../../src/sources/gateway/statistics.js';

type Settle = (envelope: Envelope<Message>, at: number) => void;
const acked: Settle = ({ ack }) => ack();

/** Runs the source for `until` virtual ms and says when it emitted. */
const run = (
  options: Partial<Parameters<typeof statistics>[0]>,
  until: number,
  settle: Settle = acked,
): readonly { readonly at: number; readonly message: Message }[] => {
  const scheduler = new TestScheduler(() => undefined);
  const emitted: { at: number; message: Message }[] = [];
  scheduler.run(() => {
    const subscription = statistics({ sums: NEVER, devices: NEVER, scheduler, ...options })(NEVER).subscribe(
      (envelope) => {
        emitted.push({ at: scheduler.now(), message: envelope.value });
        settle(envelope, scheduler.now());
      },
    );
    scheduler.schedule(() => subscription.unsubscribe(), until);
  });
  return emitted;
};
const times = (emitted: readonly { readonly at: number }[]): readonly number[] => emitted.map(({ at }) => at);

test('the sums are sent once per period as telemetry of the gateway itself', () => {
  const sums = of({ ...noFacts, received: 10, delivered: 7, queued: 3 });
  expect(run({ sums, devices: of(2), period: 60 }, 60_000 + 1)).toEqual([
    {
      at: 60_000,
      message: {
        kind: 'data',
        device: 'currentThingsBoardGateway',
        profile: 'default',
        telemetry: [
          {
            ts: 60_000,
            values: { devices_connected: 2, messages_received: 10, messages_sent: 7, events_queued: 3 },
          },
        ],
        attributes: {},
      },
    },
  ]);
});

test('the default period is a minute, and the least is ten seconds', () => {
  expect(times(run({}, 180_001))).toEqual([60_000, 120_000, 180_000]);
  expect(times(run({ period: 1 }, 30_001))).toEqual([10_000, 20_000, 30_000]);
});

test('before any fact there are zeros', () => {
  const [first] = run({}, 60_001);
  expect(first?.message).toMatchObject({ telemetry: [{ values: { messages_received: 0, events_queued: 0 } }] });
});

test('a period is skipped while the last message is unsettled, and that is counted', () => {
  const facts: Fact[] = [];
  const held: Envelope<Message>[] = [];
  const emitted = run({ period: 10, fact: (fact) => facts.push(fact) }, 60_001, (envelope, at) => {
    if (at === 20_000) held.push(envelope);
    else envelope.ack();
  });
  expect(times(emitted)).toEqual([10_000, 20_000]);
  expect(facts).toEqual(Array(4).fill({ kind: 'count', who: 'currentThingsBoardGateway', counter: 'skipped', n: 1 }));
  expect(held).toHaveLength(1);
});

test('one that comes back is let go, and the next period says more', () => {
  const emitted = run({ period: 10 }, 30_001, ({ nack }) => nack(new Unavailable('STORAGE_FULL', 'full')));
  expect(times(emitted)).toEqual([10_000, 20_000, 30_000]);
});

test.each([
  ['late timers do not add up', 70, [10_070, 20_070, 30_070]],
  ['a timer that fires early does not fire twice', -1, [9_999, 19_999, 29_999]],
])('%s', (_, off, expected) => {
  const scheduler = new TestScheduler(() => undefined);
  const exact = scheduler.schedule.bind(scheduler);
  const at: number[] = [];
  scheduler.run(() => {
    scheduler.schedule = (work, delay = 0, state) => exact(work, delay + off, state as never);
    const source = statistics({ sums: NEVER, devices: NEVER, period: 10, scheduler });
    const subscription = source(NEVER).subscribe(({ ack }) => {
      at.push(scheduler.now());
      ack();
    });
    exact(() => subscription.unsubscribe(), 30_100);
  });
  expect(at).toEqual(expected);
});

test('it completes when it is asked to stop, and commands are not its business', () => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ cold, expectObservable }) => {
    const rpc: Command = { kind: 'rpc', id: 1, method: 'm', params: null };
    const commands = cold('a 15s |', { a: rpc });
    const source = statistics({ sums: NEVER, devices: NEVER, period: 10 });
    expectObservable(source(commands).pipe(map(({ value }) => value.kind))).toBe('10s x 5s |', { x: 'data' });
  });
});

test('asked before it starts it completes at once', () => {
  const commands = new Subject<Command>();
  commands.complete();
  let completed = false;
  statistics({ sums: NEVER, devices: NEVER })(commands).subscribe({ complete: () => (completed = true) });
  expect(completed).toBe(true);
});
