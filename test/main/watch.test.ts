import { NEVER, map, of, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { expect, test } from 'vitest';
import type { Folder, Sight } from '../../src/main/glance.js';
import { watch } from '../../src/main/watch.js';
import { marbles } from '../marbles.js';
import type { Drawing } from '../marbles.js';

const folder = (id: string): readonly Folder[] => [{ path: '/c', id, names: ['a.json'] }];

interface Drawn {
  /** What stands in the files from each frame on. Default: 0 all the time. */
  /** What stands in them at first. Default: 0, which is what was seen before. */
  readonly start?: string;
  readonly files?: string;
  readonly heard?: string;
  readonly asked?: string;
  readonly period?: number;
  readonly folders?: (print: string) => readonly Folder[];
}

/** Files and folders that are drawn; and how often somebody looked. */
const drawn = (
  { hot, scheduler }: Drawing,
  { start = '0', files = '-', heard, asked, period = 1_000, folders }: Drawn,
) => {
  let now = start;
  let looks = 0;
  const listened: string[] = [];
  // The hand that writes is no listener, and comes first within a frame.
  const hand = hot(files).pipe(tap((content) => (now = content)));
  const events = heard === undefined ? NEVER : hot(heard);
  const look = (): Sight => {
    looks += 1;
    return { print: now, folders: folders?.(now) ?? folder('1') };
  };
  const watched = watch({
    look,
    since: { print: '0', folders: folder('1') },
    listen: (folders: readonly Folder[]): Observable<unknown> => {
      listened.push(folders.map(({ id }) => id).join());
      return events;
    },
    period: () => period,
    ...(asked === undefined ? {} : { asked: hot(asked) }),
    settle: 2,
    scheduler,
  }).pipe(map(() => 'x'));
  return { watched, hand, looks: () => looks, listened };
};

test(
  'a change that is heard is told when two looks have shown the same',
  marbles((drawing) => {
    const { watched, hand } = drawn(drawing, { files: '---1-2', heard: '---x-x' });
    drawing.expectObservable(hand, '--------------!');
    drawing.expectObservable(watched, '--------------!').toBe('-------x');
  }),
);

test(
  'what is not heard is seen with the next look of the period',
  marbles((drawing) => {
    const { watched, hand } = drawn(drawing, { files: '-----1', period: 4 });
    drawing.expectObservable(hand, '--------------!');
    drawing.expectObservable(watched, '--------------!').toBe('----------x');
  }),
);

test(
  'files that were written and hold the same, or the same again, are no change',
  marbles((drawing) => {
    const { watched, hand } = drawn(drawing, { files: '----1-0', heard: '-x--x-x', period: 20 });
    drawing.expectObservable(hand, '--------------!');
    drawing.expectObservable(watched, '--------------!').toBe('-');
  }),
);

test(
  'a change of the time before it was subscribed to is told, and once',
  marbles((drawing) => {
    const { watched, hand } = drawn(drawing, { start: '1', period: 3 });
    drawing.expectObservable(hand, '--------------!');
    drawing.expectObservable(watched, '--------------!').toBe('--x');
    drawing.expectObservable(watched, '-----^--------!').toBe('-');
  }),
);

test(
  'each wish is followed by a value, also one that comes while files settle',
  marbles((drawing) => {
    const { watched, hand } = drawn(drawing, { files: '-----1', heard: '-----x', asked: 'x-----x---x' });
    drawing.expectObservable(hand, '--------------!');
    drawing.expectObservable(watched, '^-------------!').toBe('--x----x----x');
  }),
);

test(
  'files that never come to rest are taken as they are in the end',
  marbles((drawing) => {
    const restless = Array.from({ length: 60 }, (_, i) => String(i % 10)).join('');
    const { watched, hand } = drawn(drawing, { files: restless, heard: '-x' });
    drawing.expectObservable(hand, '50ms !');
    drawing.expectObservable(watched.pipe(map(() => 'x')), '50ms !').toBe('43ms x');
  }),
);

test('folders are listened to anew when one of them is another, and the period is asked for each time', () => {
  const periods = [3, 5];
  marbles((drawing) => {
    const it = drawn(drawing, { files: '----1', folders: (print) => folder(`id ${print}`) });
    drawing.expectObservable(it.hand, '----------!');
    const timed = watch({
      look: () => ({ print: '0', folders: folder('1') }),
      listen: () => of(),
      period: () => periods.shift() ?? 1_000,
      scheduler: drawing.scheduler,
    });
    drawing.expectObservable(timed, '----------!').toBe('-');
    drawing.expectObservable(it.watched, '2s !').toBe('1002ms x');
    drawing.flush();
    expect(it.listened).toEqual(['id 0', 'id 1']);
    expect(periods).toEqual([]);
  })();
});

test('an idle one looks once a period', () => {
  marbles((drawing) => {
    const it = drawn(drawing, { period: 100 });
    drawing.expectObservable(it.watched, '1050ms !').toBe('-');
    drawing.flush();
    expect(it.looks()).toBe(11);
  })();
});
