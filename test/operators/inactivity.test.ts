import { map } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { envelope } from '../../src/model/envelope.js';
import { Refused, Unavailable } from '../../src/model/errors.js';
import { GATEWAY_DEVICE } from '../../src/model/message.js';
import type { Message } from '../../src/model/message.js';
import { inactivity } from '../../src/operators/inactivity.js';
import type { InactivityOptions } from '../../src/operators/inactivity.js';
import { marbles } from '../marbles.js';

const silent = (): void => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

const data = (device: string): Message => ({
  kind: 'data',
  device,
  connector: 'c',
  profile: 'p',
  telemetry: [],
  attributes: {},
});
const messages: Readonly<Record<string, Message>> = {
  a: data('A'),
  b: data('B'),
  c: { kind: 'connected', device: 'A', connector: 'c', profile: 'p' },
  x: { kind: 'disconnected', device: 'A', connector: 'c' },
  r: { kind: 'reply', device: 'A', id: 1, content: null },
  g: data(GATEWAY_DEVICE),
};

interface Scene {
  readonly source: string;
  /** Small letters as in the source; capitals: the device of that name is disconnected. */
  readonly result: string;
  readonly until?: string;
  readonly options?: Partial<InactivityOptions>;
  readonly refusal?: Refused | Unavailable;
}

const draw = ({ source, result, until, options, refusal }: Scene): (() => void) =>
  marbles(({ hot, expectObservable, scheduler }) => {
    const names = new Map(Object.entries(messages).map(([name, message]) => [message, name]));
    let refusals = 0;
    const shown = hot(source).pipe(
      map((name) => envelope(messages[name]!, silent, silent)),
      inactivity({ timeout: 5, period: 2, log, scheduler, ...options }),
      map(({ value, ack, nack }) => {
        const name = names.get(value);
        if (name !== undefined) return name;
        expect(value).toEqual({ kind: 'disconnected', device: value.device, connector: 'c' });
        if (refusal && (refusals += 1) === 1) nack(refusal);
        else ack();
        return value.device;
      }),
    );
    expectObservable(shown, until).toBe(result);
  });

describe('inactivity', () => {
  test(
    'disconnects a device when nothing has come for the timeout, and once only',
    draw({ source: '-a--------------------', result: '-a-------A------------', until: ' ^--------------------!' }),
  );
  test(
    'its silence starts with its last message',
    draw({ source: '-a-----a---------', result: '-a-----a-----A---', until: ' ^---------------!' }),
  );
  test(
    'its next data starts anew',
    draw({
      source: '-a----------a-----------',
      result: '-a-------A--a-------A---',
      until: ' ^----------------------!',
    }),
  );
  test(
    'any message of the device is a sign of life, a reply too',
    draw({ source: '-a----r-----c--------', result: '-a----r-----c------A-', until: ' ^-------------------!' }),
  );
  test(
    'never sooner than the timeout after the last message, however the looks fall',
    draw({ source: '-a--a--------------', result: '-a--a------A-------', until: ' ^-----------------!' }),
  );
  test(
    'of several, only the silent ones',
    draw({ source: '-(ab)-b---b---b---', result: '-(ab)-b--Ab---b---', until: ' ^----------------!' }),
  );
  test(
    'a device that has left is not watched, and the gateway’s own device never is',
    draw({ source: '-agx--------------', result: '-agx--------------', until: ' ^----------------!' }),
  );
  test(
    'a reply of a device that is not there starts nothing',
    draw({ source: '-r-----------|', result: '-r-----------|' }),
  );
  test(
    'devices of an earlier run are watched from the start',
    draw({
      source: '---------------',
      result: '--------D------',
      until: ' ^-------------!',
      options: { connected: [{ device: 'D', connector: 'c' }] },
    }),
  );
  test(
    'more devices than the bound are not watched',
    draw({ source: '-(ab)----------', result: '-(ab)----A-----', until: ' ^-------------!', options: { most: 1 } }),
  );
  test(
    'a disconnect that comes back as unavailable is said again, a refused one is not',
    draw({
      source: '-a-------------------',
      result: '-a-------A-------A---',
      until: ' ^-------------------!',
      refusal: new Unavailable('STORAGE_FULL', 'not now'),
    }),
  );
  test(
    'a refused disconnect is not said again',
    draw({
      source: '-a-------------------',
      result: '-a-------A-----------',
      until: ' ^-------------------!',
      refusal: new Refused('MESSAGE_TOO_LARGE', 'no'),
    }),
  );
  test('completes and errors with the source, at once', () => {
    draw({ source: '-a--|', result: '-a--|' })();
    draw({ source: '-a--#', result: '-a--#' })();
  });
  test(
    'no timer runs while no device is watched',
    marbles(({ hot, expectObservable, scheduler }) => {
      const shown = hot('-a---x---|').pipe(
        map((name) => envelope(messages[name]!, silent, silent)),
        inactivity({ timeout: 5, period: 2, log, scheduler }),
        map(({ value }) => {
          const timers = scheduler.actions.filter(({ delay, closed }) => delay === 3 && !closed).length;
          return `${value.kind} ${timers}`;
        }),
      );
      expectObservable(shown).toBe('-a---x---|', { a: 'data 1', x: 'disconnected 0' });
    }),
  );
});
