import { AssertionError } from 'node:assert';
import { filter, ignoreElements, map, tap } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Envelope } from '../model/envelope.js';
import { difference } from './difference.js';
import type { Difference, Frame } from './difference.js';
import { drawnSink } from './drawn-sink.js';
import { recorded } from './recorded.js';
import type { Settlement } from './recorded.js';

/**
 * A pipeline's story, line under line. Each line is an RxJS marble diagram in virtual time: a column is 1 ms, spaces are free, `(ab)` is
 * two values at once, ` 5s ` passes time.
 */
export interface Drawing<A = string, B = A> {
  /** What the devices send, as a cold stream: `|` its end, `#` its failure. */
  readonly source: string;
  /** What is drawn: an operator, or several in a `pipe`. */
  readonly through: OperatorFunction<Envelope<A>, Envelope<B>>;
  /** What reaches the sink. */
  readonly result: string;
  /** When the sink acknowledges. Without this and the next two lines it acknowledges each value as it comes. */
  readonly acks?: string;
  /** When the sink refuses a value for good, with `nack(Refused)`. Absent: never. */
  readonly refuses?: string;
  /** When the sink says "not now", with `nack(Unavailable)`. Absent: never. */
  readonly defers?: string;
  /** What the devices are told is safe. Absent: nothing may be. */
  readonly acked?: string;
  /** What the devices are told can never be taken. Absent: nothing may be. */
  readonly refused?: string;
  /** What the devices are told must wait. Absent: nothing may be. */
  readonly deferred?: string;
  /** What the letters stand for. Default: themselves. */
  readonly values?: Readonly<Record<string, A | B>>;
  /** What `#` stands for. Default: the text `error`, as in RxJS. */
  readonly error?: unknown;
}

/** What the devices hear, and what {@link recorded} calls it. */
const ears = { acked: 'ack', refused: 'refused', deferred: 'unavailable' } satisfies Record<
  string,
  Settlement<unknown>['how']
>;

/** What the sink can say. */
const verbs = ['acks', 'refuses', 'defers'] as const;

const keys = <K extends string>(of: Readonly<Record<K, unknown>>): readonly K[] => Object.keys(of) as K[];

/** The last column of a line, its closing dashes included. */
const width = (line: string): number =>
  Math.max(...TestScheduler.parseMarbles(`${line} |`, undefined, undefined, false, true).map(({ frame }) => frame));

const inWords = (different: ReadonlyMap<string, Difference>, side: keyof Difference): string =>
  [...different].map(([name, sides]) => `${name.padEnd(8)} ${sides[side]}`).join('\n');

/**
 * Plays a drawing in virtual time, and throws an `AssertionError` if it does not hold: it names each line that differs, as it was drawn
 * and as it came. Needs no particular test runner.
 *
 * ```ts
 * draw({
 *   source: '-a-b-c----|',
 *   through: onlyChanges,
 *   result: '-a---c----|',
 *   acks: '  ----a----c-', // the sink
 *   acked: ' ---ba----c-', // the devices: b was held back, and settled at once
 * });
 * ```
 *
 * Promises: what is not drawn may not happen, as far as the right edge of the longest line. There everything is unsubscribed, so that a
 * stream that never ends hangs no test; dashes after an end say that nothing follows. Among equal values the sink settles the one
 * that came first, and never one that has not come. Real time does not pass: operators that are given no scheduler are drawn too.
 */
export const draw = <A = string, B = A>(drawing: Drawing<A, B>): void => {
  const { source, through, result, values, error } = drawing;
  // The compiler says so to those who ask it; a test in plain JavaScript hears it here.
  for (const [name, line] of Object.entries({ source, result }))
    if (typeof (line as unknown) !== 'string') throw new TypeError(`The drawing has no line "${name}".`);
  const spoken = verbs.filter((verb) => drawing[verb] !== undefined);
  const lines = [source, result, ...[...spoken, ...keys(ears)].map((name) => drawing[name] ?? '')];
  const different = new Map<string, Difference>();
  /** The lines in the order in which the scheduler compares them. */
  const names: string[] = [];
  const scheduler = new TestScheduler((came: readonly Frame[], drawn: readonly Frame[]) => {
    const name = names.shift() ?? '';
    const sides = difference(drawn, came, values);
    if (sides) different.set(name, sides);
  });
  const sink = drawnSink<B>(spoken.length === 0, () => scheduler.frame);
  const { enclose, settlements } = recorded<A>();

  scheduler.run(({ cold, expectObservable }) => {
    // A column is 1 ms only in here.
    const edge = Math.max(...lines.map(width));
    const expectLine = (name: string, stream: Observable<unknown>, line: string): void => {
      names.push(name);
      expectObservable(stream, `^ ${edge}ms !`).toBe(line, values, error);
    };
    for (const ear of keys(ears)) {
      const heard = settlements.pipe(
        filter(({ how }) => how === ears[ear]),
        map(({ value }) => value),
      );
      expectLine(ear, heard, drawing[ear] ?? '');
    }
    const sent = cold<A>(source, values as Readonly<Record<string, A>> | undefined, error);
    expectLine('result', sent.pipe(enclose, through, sink.take), result);
    for (const verb of spoken) {
      const saying = tap((value: unknown) => sink.say(verb, value));
      expectLine(verb, cold(drawing[verb] ?? '', values).pipe(saying, ignoreElements()), '');
    }
  });

  const unheard = sink.unheard().map(({ verb, at }) => `${verb} at ${at} ms what has not come`);
  if (different.size + unheard.length === 0) return;
  const [expected, actual] = [inWords(different, 'drawn'), inWords(different, 'came')];
  const message = [
    'The drawing does not hold.',
    ...[...different].map(([name, { drawn, came }]) => `${name}\n  drawn  ${drawn}\n  came   ${came}`),
    ...unheard.map((text) => `the sink ${text}`),
  ].join('\n');
  throw new AssertionError({ message, expected, actual, operator: 'draw' });
};
