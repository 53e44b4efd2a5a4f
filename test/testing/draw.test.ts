import { AssertionError } from 'node:assert';
import { EMPTY, concatMap, delay, filter, identity, interval, map, merge, mergeMap, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { replace } from '../../src/model/envelope.js';
import type { Envelope } from '../../src/model/envelope.js';
import type { Data, Kept } from '../../src/model/message.js';
import { batchMap } from '../../src/operators/batch-map.js';
import { buffer } from '../../src/operators/buffer/buffer.js';
import { memoryStore } from '../../src/operators/buffer/memory-store.js';
import { convert } from '../../src/operators/convert.js';
import { shed } from '../../src/operators/shed.js';
import { draw } from '../../src/testing.js';
import type { Drawing } from '../../src/testing.js';

const ignore = (): void => undefined;
const withoutB = convert<string, string>((value) => (value === 'b' ? [] : [value]), ignore);

/** What the test's runner would show. */
const complaint = <A, B>(drawing: Drawing<A, B>): string => {
  try {
    draw(drawing);
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError);
    return (error as AssertionError).message;
  }
  throw new Error('the drawing holds');
};

describe('draw', () => {
  it('holds what the sink and the devices say on lines of their own', () =>
    draw({
      source: ' -a-b-c-d------|',
      through: withoutB,
      result: ' -a---c-d------|',
      acks: '   ----a----------',
      refuses: '----------c----',
      defers: ' ------------d--',
      acked: '  ---ba----------',
      refused: '----------c----',
      deferred: '------------d--',
    }));

  it('lets a sink of which nothing is said acknowledge at once', () =>
    draw({ source: '-a-b-|', through: identity, result: '-a-b-|', acked: '-a-b-' }));

  it('draws values by their letters, of either side', () =>
    draw<number, string>({
      source: ' -a---|',
      through: convert((n) => [String(n), String(n + 1)], ignore),
      result: ' -(xy)|',
      acked: '  -a',
      values: { a: 1, x: '1', y: '2' },
    }));

  it('does not let real time pass', () =>
    draw({ source: '-a|', through: delay<Envelope<string>>(3_600_000), result: '60m -(a|)', acked: '60m -a' }));

  it('lets the sink settle a value in the millisecond in which a timer brings it', () =>
    draw({
      source: '-a-|',
      through: delay<Envelope<string>>(2),
      result: '---(a|)',
      acks: '  ---a',
      acked: ' ---a',
    }));

  it('settles the first of equal values first', () =>
    draw<{ n: number }>({
      source: '  -ab---|',
      through: shed(1, ignore),
      result: '  -a----|',
      acks: '    ----a-',
      acked: '   ----a-',
      refused: ' --b---',
      values: { a: { n: 1 }, b: { n: 1 } },
    }));

  it('ends a stream that never does at the edge of the drawing', () =>
    draw({
      source: '-a-----',
      through: (source) =>
        merge(
          source,
          interval(2).pipe(
            filter(() => false),
            mergeMap(() => EMPTY),
          ),
        ),
      result: '-a-----',
      acked: ' -a-----',
    }));

  it('draws failures', () => {
    draw({ source: '-#', through: identity, result: '-#' });
    draw({ source: '-#', through: identity, result: '-#', error: new Error('lost') });
  });

  it('draws steps that take time', () =>
    draw({
      source: '-abc---------|',
      through: batchMap((batch: readonly Envelope<string>[]) =>
        timer(4).pipe(concatMap(() => of(...batch.map((item) => item)))),
      ),
      result: '-----a---(bc)|',
      acked: ' -----a---(bc)',
    }));

  it('draws a whole pipeline, its queue among it', () => {
    const reading = (celsius: number): Data => ({
      kind: 'data',
      device: 'Thermometer',
      profile: 'default',
      telemetry: [{ ts: 0, values: { celsius } }],
      attributes: {},
    });
    const limits = { records: 2, bytes: 10_000, atCapacity: 'block' } as const;
    const nothing = { debug: ignore, info: ignore, warn: ignore, error: ignore };
    draw<Kept>({
      source: ' -abc-------------------',
      through: buffer(memoryStore(), { limits, log: nothing, fact: ignore, deadLetters: () => EMPTY }),
      result: ' -ab---- 20ms c---------',
      // The queue holds two: the third is safe when there is room.
      acks: '   -------a--------------',
      acked: '  -ab---- 20ms c---------',
      values: { a: reading(1), b: reading(2), c: reading(3) },
    });
  });

  it('names each line that differs, as it was drawn and as it came', () =>
    expect(
      complaint({ source: '-a-b-c-|', through: withoutB, result: '-a-b---|', acked: '-a---c-' }).split('\n'),
    ).toEqual([
      'The drawing does not hold.',
      'acked',
      '  drawn  1 ms a, 5 ms c',
      '  came   1 ms a, 3 ms b, 5 ms c',
      'result',
      '  drawn  1 ms a, 3 ms b, 7 ms |',
      '  came   1 ms a, 5 ms c, 7 ms |',
    ]));

  it.each(['acked', 'refused', 'deferred'])('does not let anything be %s that is not drawn', (line) => {
    const verb = { acked: 'acks', refused: 'refuses', deferred: 'defers' }[line];
    const drawing = { source: '-a-|', through: identity, result: '-a-|', [verb!]: '--a' };
    expect(complaint(drawing)).toContain(`${line}\n  drawn  nothing\n  came   2 ms a`);
    draw({ ...drawing, [line]: '--a' });
  });

  it('notices what was drawn and did not come', () => {
    expect(complaint({ source: '-a-|', through: identity, result: '-a-|', acks: '----', acked: '-a' })).toContain(
      'acked\n  drawn  1 ms a\n  came   nothing',
    );
    expect(complaint({ source: '-a-|', through: identity, result: '-a-|', acked: '-a', refused: '--a' })).toContain(
      'refused\n  drawn  2 ms a\n  came   nothing',
    );
  });

  it('notices a value under a letter that it is not', () =>
    expect(
      complaint<{ n: number }, { n: number }>({
        source: '-a-|',
        through: map((item) => replace(item, { n: 2 })),
        result: '-b-|',
        acked: '-a',
        values: { a: { n: 1 }, b: { n: 3 } },
      }),
    ).toContain('drawn  1 ms b, 3 ms |\n  came   1 ms {"n":2}, 3 ms |'));

  it('does not let the sink settle what has not come', () =>
    expect(complaint({ source: '--a-|', through: identity, result: '--a-|', acks: '-a--' })).toBe(
      'The drawing does not hold.\nthe sink acks at 1 ms what has not come',
    ));

  it('asserts nothing beyond its right edge', () =>
    draw({ source: '-a', through: delay<Envelope<string>>(5), result: '--' }));

  it.each(['source', 'result'])('says when the line %s is missing, as it can be without a compiler', (line) => {
    const drawing: Drawing = { source: '-a|', through: identity, result: '-a|', acked: '-a' };
    const without = Object.fromEntries(Object.entries(drawing).filter(([name]) => name !== line)) as unknown as Drawing;
    expect(() => draw(without)).toThrow(new TypeError(`The drawing has no line "${line}".`));
  });
});
