import { EMPTY, from, Subject, throwError, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { envelope } from '../../../src/model/envelope.js';
import type { Envelope } from '../../../src/model/envelope.js';
import type { Data, Message } from '../../../src/model/message.js';
import { consoleSink } from '../../../src/sinks/console/console.js';

const data = (device: string): Data => ({
  kind: 'data',
  device,
  profile: 'default',
  telemetry: [{ ts: 1, values: { a: 1 } }],
  attributes: {},
});
const inFlight = (message: Message, acked: Message[]): Envelope<Message> =>
  envelope(
    message,
    () => acked.push(message),
    () => expect.fail('a console refuses nothing'),
  );

test('each message is one line of JSON, in order, and is acknowledged', () => {
  const lines: string[] = [];
  const acked: Message[] = [];
  const messages = [data('a\nb'), data('c'), { kind: 'reply', id: 1, content: null } as const];
  let completed = false;
  consoleSink((line) => void lines.push(line))(from(messages.map((message) => inFlight(message, acked)))).subscribe({
    next: () => expect.fail('it has no commands'),
    complete: () => (completed = true),
  });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(messages);
  expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
  expect(acked).toEqual(messages);
  expect(completed).toBe(true);
});

test('a slow reader slows it down: one line at a time, acknowledged when it is out', () => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(({ cold, expectObservable }) => {
    const acks = new Subject<string>();
    const values = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [
        name,
        envelope<Message>(
          data(name),
          () => acks.next(name),
          () => undefined,
        ),
      ]),
    );
    const sink = consoleSink(() => timer(5, scheduler));
    expectObservable(acks).toBe('-----a----b----c');
    expectObservable(sink(cold('(abc)-', values)), '--------------------!').toBe('----------------');
  });
});

test('a line that cannot be written is an error, and its message stays unsettled', () => {
  const acked: Message[] = [];
  const broken = new Error('EPIPE');
  let error: unknown;
  consoleSink((line) => (line.includes('b') ? throwError(() => broken) : EMPTY))(
    from([inFlight(data('x1'), []), inFlight(data('b'), acked)]),
  ).subscribe({ error: (thrown: unknown) => (error = thrown) });
  expect(error).toBe(broken);
  expect(acked).toEqual([]);
});
