import { EMPTY, Subject, concat, defer, ignoreElements, map, tap, timer } from 'rxjs';
import { describe, test } from 'vitest';
import { envelope } from '../../../src/model/envelope.js';
import { Refused, Unavailable } from '../../../src/model/errors.js';
import { buffer } from '../../../src/operators/buffer/buffer.js';
import type { BufferOptions } from '../../../src/operators/buffer/buffer.js';
import { memoryStore } from '../../../src/operators/buffer/memory-store.js';
import type { Store } from '../../../src/operators/buffer/store.js';
import { marbles } from '../../marbles.js';
import type { Drawing } from '../../marbles.js';
import { reading, silent } from './rig.js';

/** What becomes of a message downstream: settled so after so many ms. By default it is acknowledged at once. */
interface Outcome {
  readonly after: number;
  readonly as?: 'ack' | 'unavailable' | 'refused';
}

interface Scene {
  /** Letters are messages: `a` to `m` of one device, `n` to `z` of another. */
  readonly source: string;
  /** What is handed on. */
  readonly out: string;
  /** What is acknowledged to the devices. */
  readonly acks?: string;
  /** Each commit as it begins: how many rows it appends and how many it removes. */
  readonly commits?: readonly [drawing: string, sizes: Readonly<Record<string, string>>];
  /** How long a commit takes, in ms. */
  readonly commit?: number;
  readonly sink?: (message: string, time: number) => Outcome;
  readonly until?: string;
  readonly options?: Partial<BufferOptions>;
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const deviceOf = (letter: string): string => (letter <= 'm' ? 'first' : 'second');

const scene = (
  { hot, scheduler, expectObservable }: Drawing,
  { source, out, acks, commits, commit = 0, sink = () => ({ after: 0 }), until, options }: Scene,
): void => {
  const acked = new Subject<string>();
  const committed = new Subject<string>();
  const inner = memoryStore();
  const store: Store = {
    ...inner,
    durable: true,
    commit: (batch) =>
      defer(() => {
        committed.next(`+${batch.append.length} -${batch.remove.length}`);
        const wait = commit === 0 ? EMPTY : timer(commit, scheduler).pipe(ignoreElements());
        return concat(wait, inner.commit(batch));
      }),
  };
  const seen = new Map<string, number>();
  const settled = (letter: string, { ack, nack }: { ack: () => void; nack: (why: Refused | Unavailable) => void }) => {
    const time = (seen.get(letter) ?? 0) + 1;
    seen.set(letter, time);
    const { after, as = 'ack' } = sink(letter, time);
    const settle = (): void => {
      if (as === 'ack') ack();
      else if (as === 'refused') nack(new Refused('PLATFORM_REFUSED', 'never'));
      else nack(new Unavailable('DEVICE_DEFERRED', 'not now'));
    };
    if (after === 0) settle();
    else scheduler.schedule(settle, after);
  };
  const handedOn = hot(source).pipe(
    map((letter) =>
      envelope(
        reading(deviceOf(letter), letters.indexOf(letter)),
        () => acked.next(letter),
        () => acked.next(letter.toUpperCase()),
      ),
    ),
    buffer(store, {
      limits: { records: 1_000, bytes: 1_000_000, atCapacity: 'block' },
      deadLetters: () => EMPTY,
      log: silent,
      fact: () => undefined,
      deferFor: () => 10,
      scheduler,
      ...options,
    }),
    map((item) => ({
      item,
      letter: letters[(item.value as ReturnType<typeof reading>).telemetry[0]!.values.n as number]!,
    })),
    tap(({ item, letter }) => settled(letter, item)),
    map(({ letter }) => letter),
  );
  if (acks !== undefined) expectObservable(acked, until).toBe(acks);
  if (commits !== undefined) expectObservable(committed, until).toBe(...commits);
  expectObservable(handedOn, until).toBe(out);
};

const drawn = (drawing: Scene): (() => void) => marbles((helpers) => scene(helpers, drawing));

const never = (): Outcome => ({ after: 1_000_000 });

test(
  'a message is acknowledged and handed on when its commit is done; what arrives meanwhile goes with the next',
  drawn({
    commit: 3,
    sink: never,
    source: ' abc------d----',
    commits: ['x--y-----x', { x: '+1 -0', y: '+2 -0' }],
    acks: '   ---a--(bc)--d--',
    out: '    ---a--(bc)--d--',
    until: '  ---------------!',
  }),
);

test(
  'the window: the next is handed on when one before it is settled, in order, whether or not it was acknowledged long ago',
  drawn({
    sink: (letter) => ({ after: letter === 'a' ? 7 : 4 }),
    options: { window: 2 },
    source: ' (abcde)------',
    acks: '   (abcde)------',
    out: '    (ab)c--de----',
    until: '  -------------!',
  }),
);

test(
  'a removal waits 20 ms for more of them and then goes alone',
  drawn({
    source: ' a--------------------------',
    commits: ['x 19ms y-------', { x: '+1 -0', y: '+0 -1' }],
    out: '    a--------------------------',
    until: '  ---------------------------!',
  }),
);

test(
  'a removal shares the commit of a message that comes meanwhile',
  drawn({
    source: ' a---------b',
    commits: ['x---------y 19ms z', { x: '+1 -0', y: '+1 -1', z: '+0 -1' }],
    out: '    a---------b',
    until: '  35ms !',
  }),
);

test(
  'at the cap a message waits for a row that goes, and shares the commit of its removal',
  drawn({
    commit: 1,
    sink: () => ({ after: 6 }),
    options: { window: 1, limits: { records: 2, bytes: 1_000_000, atCapacity: 'block' } },
    source: ' (abcd)---------------',
    acks: '   -ab-----c------d--',
    out: '    -a------b------c---',
    until: '  ------------------!',
  }),
);

describe('a device that the platform does not take for now', () => {
  const busy = (letter: string, time: number): Outcome =>
    letter === 'a' && time === 1 ? { after: 0, as: 'unavailable' } : { after: 2 };

  test(
    'is passed over, is probed with its first message, and follows in order when that has arrived; the other goes on',
    drawn({
      sink: busy,
      source: ' a-b-z---c-----------',
      acks: '   a-b-z---c-----------',
      out: '    a---z-----a-(bc)----',
      until: '  --------------------!',
    }),
  );

  test(
    'waits again where the probe fails',
    drawn({
      sink: (letter, time) => (letter === 'a' && time <= 2 ? { after: 1, as: 'unavailable' } : { after: 0 }),
      source: ' ab------------z----------',
      out: '    ab---------a--z-------a',
      until: '  -------------------------!',
    }),
  );

  test(
    'is taken again where the probe is refused for good: the others follow',
    drawn({
      sink: (letter, time) =>
        letter === 'a' ? { after: 1, as: time === 1 ? 'unavailable' : 'refused' } : { after: 0 },
      source: ' a-b-----------',
      out: '    a----------ab',
      until: '  --------------!',
    }),
  );
});

describe('the end', () => {
  test(
    'comes when what is in flight is settled and removed; what was not handed on stays',
    drawn({
      commit: 1,
      sink: () => ({ after: 5 }),
      options: { window: 1 },
      source: ' (ab)|',
      acks: '   -ab',
      out: '    -a-----|',
    }),
  );

  test(
    'waits no longer than the grace period',
    drawn({ sink: never, options: { grace: 8 }, source: 'a-|', acks: 'a', out: 'a---------|' }),
  );

  test('an error of the source passes at once', drawn({ sink: never, source: 'a--#', out: 'a--#' }));
});
