import fc from 'fast-check';
import type { Bench, How, Moment } from './bench.js';
import type { Model } from './model.js';

type Command = fc.AsyncCommand<{ readonly it: Model; readonly bench: Bench }, Bench>;

/** One thing that can happen. It is said in words, so that a failure can be read. */
const command = (text: string, canRun: (bench: Bench) => boolean, run: (bench: Bench) => unknown): Command => ({
  check: ({ bench }) => canRun(bench),
  run: async ({ it }, bench) => {
    await run(bench);
    if (it.broken.length > 0) throw new Error(it.broken.slice(0, 3).join('; '));
  },
  toString: () => `\n  ${text}`,
});

const isOpen = (bench: Bench): boolean => bench.state() === 'running';
const isAlive = (bench: Bench): boolean => isOpen(bench) || bench.state() === 'closing';
const hasSome = (bench: Bench): boolean => isAlive(bench) && bench.count() > 0;

const often = <T>(...choices: readonly (readonly [number, T])[]): fc.Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

const send = fc
  .record({ device: fc.constantFrom('a', 'a', 'b', 'c'), n: often([3, 1], [1, 3]), padding: often([4, 0], [1, 300]) })
  .map(({ device, n, padding }) =>
    command(`${n} of ${device} arrive${padding > 0 ? `, ${padding} bytes longer` : ''}`, isOpen, (bench) => {
      for (let i = 0; i < n; i += 1) bench.send(device, padding);
    }),
  );
const settle = fc
  .record({ which: fc.nat(30), how: often<How>([6, 'ack'], [1, 'refused'], [2, 'unavailable']) })
  .map(({ which, how }) =>
    command(`the ${which}. in flight (modulo their number) ends: ${how}`, hasSome, (bench) => bench.settle(which, how)),
  );
const publish = fc
  .record({
    most: fc.integer({ min: 1, max: 8 }),
    parts: fc.integer({ min: 1, max: 3 }),
    poison: fc.array(fc.nat(20), { maxLength: 2 }),
  })
  .map(({ most, parts, poison }) =>
    command(
      `the first ${most} in flight are published as ${parts} parts each; refused are [${poison.join()}]`,
      hasSome,
      (bench) => bench.publish(most, parts, poison),
    ),
  );
const finish = fc.constant(
  command(
    'the storage does what it was asked',
    (bench) => isAlive(bench) && bench.call() !== undefined,
    (bench) => bench.finish(),
  ),
);
const breakDown = fc.constantFrom('full' as const, 'failed' as const).map((how) =>
  command(
    how === 'full' ? 'the disk is full' : 'the storage fails',
    (bench) => isAlive(bench) && (how === 'full' ? bench.call() === 'commit' : bench.call() !== undefined),
    (bench) => bench.breakDown(how),
  ),
);
const pass = fc
  .constantFrom(1, 19, 20, 500, 1_000, 30_000, 100_000)
  .map((ms) => command(`${ms} ms pass`, isAlive, (bench) => bench.pass(ms)));
const YEARS = 2 * 365 * 86_400_000;
const jump = fc
  .constantFrom(-YEARS, -5_000, 5_000, 70_000, YEARS)
  .map((ms) => command(`the wall's clock is set by ${ms} ms`, isAlive, (bench) => bench.jump(ms)));
const rest = fc.constant(command('all comes to rest', isAlive, (bench) => bench.rest()));
const close = fc.constant(command('the source completes', isOpen, (bench) => bench.close()));
const reopen = fc.constant(
  command(
    'the end is waited for, and it starts again',
    (bench) => ['closing', 'over'].includes(bench.state()),
    (bench) => bench.reopen(),
  ),
);
const crash = often<Moment>([2, 'before'], [2, 'after'], [1, 0], [1, 1], [1, 3], [1, 10]).map((moment) =>
  command(
    `the process is killed ${typeof moment === 'number' ? `${moment} turns into` : moment} the call that runs, and starts again`,
    () => true,
    (bench) => bench.crash(moment),
  ),
);

/** Sequences of what can happen to a buffer, at most `most` long. */
export const commands = (most: number, replayPath?: string): fc.Arbitrary<Iterable<Command>> =>
  fc.commands(
    [
      ...[send, send, send, send, send, send, send, send, send, send],
      ...[settle, settle, settle, settle, settle, publish],
      ...[finish, finish, finish, finish, finish, finish, breakDown],
      ...[pass, pass, jump, rest, rest],
      ...[close, reopen, reopen, crash],
    ],
    { maxCommands: most, size: 'max', ...(replayPath === undefined ? {} : { replayPath }) },
  );
