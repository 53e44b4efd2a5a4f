import { concatMap, defer, ignoreElements, map, merge, NEVER, tap, type Observable } from 'rxjs';
import { expect, test } from 'vitest';
import { responseTopics } from '../../../../src/sources/mqtt/connection/response-topics.js';
import { marbles, type Drawing } from '../../../marbles.js';

/**
 * Calls begin and answers come as drawn: a capital letter begins a call on topic `t`, a small one is an answer there, `u` one elsewhere. What comes out
 * is the name of the call with its answer.
 */
const scene = (
  { scheduler, cold, hot }: Drawing,
  drawing: string,
  { suback = '|', timeout = 100 }: { readonly suback?: string; readonly timeout?: number } = {},
) => {
  const wire: string[] = [];
  const at = (what: string): void => void wire.push(`${scheduler.now()} ${what}`);
  const { call, offer } = responseTopics(
    {
      subscribe: (topic, qos) => defer(() => (at(`+${topic} ${qos}`), cold<never>(suback))),
      unsubscribe: (topic) => at(`-${topic}`),
    },
    scheduler,
  );
  const things = hot(drawing);
  const answers = things.pipe(
    tap((letter) => {
      if (letter === letter.toLowerCase()) offer(letter === 'u' ? 'elsewhere' : 't', Buffer.from(letter));
    }),
    ignoreElements(),
  );
  const calls = Array.from(new Set(drawing.match(/[A-Z]/g) ?? []), (name) =>
    things.pipe(
      concatMap((letter) =>
        letter === name
          ? call(
              { topic: 't', qos: 1, timeout },
              defer(() => (at(name), NEVER)),
            ).pipe(map((payload) => name + payload.toString()))
          : [],
      ),
    ),
  );
  const result: Observable<string> = merge(...calls, answers);
  return { wire, result };
};

test(
  'subscribes, sends when the broker has answered, emits the answer, unsubscribes',
  marbles((drawing) => {
    const { wire, result } = scene(drawing, '-A-u---a-b', { suback: '---|' });
    drawing.expectObservable(result, '20ms !').toBe('-------x', { x: 'Aa' });
    drawing.flush();
    expect(wire).toEqual(['1 +t 1', '4 A', '7 -t']);
  }),
);

test(
  'sends all the same when the broker has not answered for a second',
  marbles((drawing) => {
    const { wire, result } = scene(drawing, 'A 1049ms a', { suback: '-' });
    drawing.expectObservable(result, '2s !').toBe('1050ms x', { x: 'Aa' });
    drawing.flush();
    expect(wire).toEqual(['0 +t 1', '1000 A', '1050 -t']);
  }),
);

test(
  'answers calls on one topic in their order, over one subscription',
  marbles((drawing) => {
    const { wire, result } = scene(drawing, 'AB-C-a-b-c-', { suback: '-|' });
    drawing.expectObservable(result, '20ms !').toBe('-----x-y-z', { x: 'Aa', y: 'Bb', z: 'Cc' });
    drawing.flush();
    expect(wire).toEqual(['0 +t 1', '1 A', '1 B', '3 C', '9 -t']);
  }),
);

test(
  'fails a call whose answer is late, and gives its place to the next',
  marbles((drawing) => {
    const { wire, result } = scene(drawing, 'A-', { timeout: 5 });
    drawing.expectObservable(result).toBe('-----#', undefined, expect.objectContaining({ code: 408 }));
    drawing.flush();
    expect(wire).toEqual(['0 +t 1', '0 A', '5 -t']);
  }),
);

test(
  'fails a call whose topic the broker refuses, and tries again with the next',
  marbles((drawing) => {
    const { wire, result } = scene(drawing, 'A', { suback: '--#' });
    drawing.expectObservable(result).toBe('--#');
    drawing.flush();
    expect(wire).toEqual(['0 +t 1', '2 -t']);
  }),
);

test(
  'teardown gives the place up and ends the subscription',
  marbles((drawing) => {
    const { wire, result } = scene(drawing, 'A-B');
    drawing.expectObservable(result, '-----!').toBe('');
    drawing.flush();
    expect(wire).toEqual(['0 +t 1', '0 A', '2 B', '5 -t']);
  }),
);
