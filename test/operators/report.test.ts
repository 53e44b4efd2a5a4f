import fc from 'fast-check';
import { map, tap } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { envelope } from '../../src/model/envelope.js';
import type { Envelope } from '../../src/model/envelope.js';
import { Refused, Unavailable } from '../../src/model/errors.js';
import { GATEWAY_DEVICE } from '../../src/model/message.js';
import type { Data, Json, Message } from '../../src/model/message.js';
import type { ReportStrategy } from '../../src/model/report-strategy.js';
import { report } from '../../src/operators/report.js';
import { marbles } from '../marbles.js';
import { dataOf, reporting, saying, strategy } from './report/reporting.js';

const silent = (): void => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

interface Scene {
  readonly gateway: ReportStrategy;
  readonly source: string;
  readonly result: string;
  /** Unsubscribed then. */
  readonly until?: string;
}

/** Letters are values of one key; `X` is the device's disconnect. */
const draw = ({ gateway, source, result, until }: Scene): (() => void) =>
  marbles(({ hot, expectObservable, scheduler }) => {
    const messages = hot(source).pipe(
      map((letter): Message =>
        letter === 'X'
          ? { kind: 'disconnected', device: 'd', connector: 'c' }
          : dataOf({ key: letter }, scheduler.now()),
      ),
      map((message) => envelope(message, silent, silent)),
      report({ gateway, log, fact: silent, scheduler }),
      tap(({ ack }) => ack()),
      map(({ value }) => {
        if (value.kind !== 'data') return 'X';
        expect(value.telemetry).toEqual([
          { ts: expect.any(Number) as number, values: { key: expect.any(String) as string } },
        ]);
        expect(value.telemetry[0]?.ts).toBeGreaterThanOrEqual(scheduler.now());
        expect(value.telemetry[0]?.ts).toBeLessThanOrEqual(scheduler.now() + 1);
        return value.telemetry[0]?.values.key;
      }),
    );
    expectObservable(messages, until).toBe(result);
  });

describe('drawn', () => {
  test(
    'ON_RECEIVED: every value',
    draw({ gateway: strategy('ON_RECEIVED'), source: '-a-a-b-b-|', result: '-a-a-b-b-|' }),
  );
  test('DISABLED: every value', draw({ gateway: strategy('DISABLED'), source: '-a-a-b-b-|', result: '-a-a-b-b-|' }));
  test(
    'ON_CHANGE: only what is different from the last',
    draw({ gateway: strategy('ON_CHANGE'), source: '-a-a-b-b-a-|', result: '-a---b---a-|' }),
  );
  test(
    'ON_REPORT_PERIOD: the first, then the latest of each period, even without new data',
    draw({
      gateway: strategy('ON_REPORT_PERIOD'),
      source: '-a-b-c---------d--------------',
      result: '-a---------c---------d--------',
      until: ' ^----------------------------!',
    }),
  );
  test(
    'ON_REPORT_PERIOD: what is held is reported at the end',
    draw({
      gateway: strategy('ON_REPORT_PERIOD', { reportPeriod: 6 }),
      source: '-a-a-b-b-c-|',
      result: '-a-----b---(c|)',
    }),
  );
  test(
    'ON_REPORT_PERIOD: goes on without new data',
    draw({
      gateway: strategy('ON_REPORT_PERIOD'),
      source: '-a----------------------------',
      result: '-a---------a---------a--------',
      until: ' ^----------------------------!',
    }),
  );
  test(
    'ON_CHANGE_OR_REPORT_PERIOD: changes at once, and each period; a change does not start the period anew',
    draw({
      gateway: strategy('ON_CHANGE_OR_REPORT_PERIOD'),
      source: '-a-a-b-b----------c-----------',
      result: '-a---b-----b------c--c--------',
      until: ' ^----------------------------!',
    }),
  );
  test(
    'what is held is reported when the source completes; what is not is not repeated, and no timer is left',
    draw({ gateway: strategy('ON_REPORT_PERIOD'), source: '-a-b-|', result: '-a---(b|)' }),
  );
  test(
    'nothing is repeated at the end if nothing is held',
    draw({ gateway: strategy('ON_REPORT_PERIOD'), source: '-a---|', result: '-a---|' }),
  );
  test(
    'a disconnect comes after what is held, and ends the periods; the next value is a first one',
    draw({
      gateway: strategy('ON_REPORT_PERIOD'),
      source: '-a-b-X---------------c-d---------',
      result: '-a---(bX)------------c---------d-',
      until: ' ^-------------------------------!',
    }),
  );
  test(
    'a change of the device goes on over a disconnect: what has not changed is not sent again',
    draw({ gateway: strategy('ON_CHANGE'), source: '-a-X-a-b|', result: '-a-X---b|' }),
  );
  test(
    'a periodic value that has not arrived for its time to live is not reported any more',
    draw({
      gateway: strategy('ON_REPORT_PERIOD', { ttl: 0.025 }),
      source: '-a 60ms -',
      result: '-a---------a---------a 40ms -',
      until: ' ^ 60ms !',
    }),
  );
  test(
    'a changed value is remembered for its time to live after the last arrival',
    draw({
      gateway: strategy('ON_CHANGE', { ttl: 0.02 }),
      source: '-a 9ms a 9ms a 19ms a|',
      result: '-a 9ms - 9ms - 19ms a|',
    }),
  );
  test('errors pass', draw({ gateway: strategy('ON_REPORT_PERIOD'), source: '-a-b-#', result: '-a---#' }));
});

describe('the nearest level counts', () => {
  const [always, change, off] = [strategy('ON_RECEIVED'), strategy('ON_CHANGE'), strategy('DISABLED')];
  test.each<[string, Partial<Record<'gateway' | 'connector' | 'device' | 'point', ReportStrategy>>, number]>([
    ['nothing said', {}, 2],
    ['gateway', { gateway: change }, 1],
    ['connector over gateway', { gateway: always, connector: change }, 1],
    ['connector over gateway, the other way', { gateway: change, connector: always }, 2],
    ['device over connector', { gateway: always, connector: always, device: change }, 1],
    ['device over connector, the other way', { gateway: change, connector: change, device: always }, 2],
    ['point over device', { gateway: always, connector: always, device: always, point: change }, 1],
    ['point over device, the other way', { gateway: change, connector: change, device: change, point: always }, 2],
    ['DISABLED below the gateway: every value', { gateway: change, connector: off }, 2],
  ])('%s', (_, { gateway, connector, device, point }, expected) => {
    const scene = reporting({ gateway, connector: (name) => (name === 'c' ? connector : undefined) });
    const said = saying({ ...(device ? { device } : {}), ...(point ? { telemetry: { key: point } } : {}) });
    scene.send('a', dataOf({ key: 1 }, 1, said));
    scene.out[0]?.ack();
    scene.send('b', dataOf({ key: 1 }, 2, said));
    expect(scene.out).toHaveLength(expected);
    for (const { value } of scene.out) expect(value).not.toHaveProperty('report');
  });

  test('the gateway’s own device is not meant by the gateway’s strategy', () => {
    const scene = reporting({ gateway: change });
    const own = { device: GATEWAY_DEVICE, connector: 'statistics' };
    scene.send('a', dataOf({ key: 1 }, 1, own));
    scene.send('b', dataOf({ key: 1 }, 2, own));
    expect(scene.out).toHaveLength(2);
  });

  test('an attribute and telemetry of one name are two; points of one message are looked at one by one', () => {
    const scene = reporting({ gateway: change });
    scene.send('a', dataOf({ key: 1, other: 1 }, 1, { attributes: { key: 1 } }));
    scene.out[0]?.ack();
    scene.send('b', dataOf({ key: 2, other: 1 }, 2, { attributes: { key: 1 } }));
    scene.send('c', dataOf({ key: 2 }, 3, { attributes: { key: 2 } }));
    expect(scene.out.slice(1).map(({ value }) => value)).toEqual([
      dataOf({ key: 2 }, 2),
      { ...dataOf({}, 0, { attributes: { key: 2 } }), telemetry: [] },
    ]);
  });

  test('a key such as __proto__ is a key', () => {
    const scene = reporting({ gateway: change });
    const values = (n: number): Data => dataOf(JSON.parse(`{"__proto__":${n},"constructor":1}`) as Data['attributes']);
    for (const n of [1, 1, 2]) {
      scene.send('x', values(n));
      scene.out.forEach(({ ack }) => ack());
    }
    expect(scene.values().map((one) => JSON.stringify(one))).toEqual([
      '{"__proto__":1,"constructor":1}',
      '{"__proto__":2}',
    ]);
    expect(({} as Record<string, unknown>).constructor).toBe(Object);
  });

  test('a value that passes under another strategy is the one that the platform has', () => {
    const scene = reporting();
    const on = saying({ device: change });
    scene.send('a', dataOf({ key: 5 }, 1, on));
    scene.send('b', dataOf({ key: 6 }, 2));
    scene.send('c', dataOf({ key: 5 }, 3, on));
    expect(scene.values()).toEqual([{ key: 5 }, { key: 6 }, { key: 5 }]);
  });
});

test('a value that is held under one strategy is not what the platform has, when the next comes under another', () => {
  const scene = reporting({ gateway: strategy('ON_CHANGE') });
  scene.send('a', dataOf({ key: 0 }, 1));
  scene.send('b', dataOf({ key: 1 }, 2, saying({ device: strategy('ON_REPORT_PERIOD') })));
  scene.send('c', dataOf({ key: 1 }, 3));
  expect(scene.values()).toEqual([{ key: 0 }, { key: 1 }]);
});

describe('settling', () => {
  const gateway = strategy('ON_CHANGE');
  const why = {
    refused: new Refused('MESSAGE_TOO_LARGE', 'no'),
    unavailable: new Unavailable('STORAGE_FULL', 'not now'),
  };

  test('an unchanged value is acknowledged at once when its twin has arrived', () => {
    const scene = reporting({ gateway });
    scene.send('a', dataOf({ key: 1 }));
    scene.out[0]?.ack();
    scene.send('b', dataOf({ key: 1 }));
    expect(scene.settled).toEqual(['a acked', 'b acked']);
  });

  test('an unchanged value is acknowledged no sooner than its twin on the way', () => {
    const scene = reporting({ gateway });
    scene.send('a', dataOf({ key: 1 }));
    scene.send('b', dataOf({ key: 1 }));
    scene.send('c', dataOf({ key: 1, new: 1 }));
    scene.out[1]?.ack();
    expect(scene.settled).toEqual([]);
    scene.out[0]?.ack();
    expect(scene.settled).toEqual(['b acked', 'c acked', 'a acked']);
  });

  test.each(['refused', 'unavailable'] as const)(
    'a value that is %s takes its twins with it and is forgotten',
    (how) => {
      const scene = reporting({ gateway });
      scene.send('a', dataOf({ key: 1 }));
      scene.send('b', dataOf({ key: 1 }));
      scene.out[0]?.nack(why[how]);
      expect(scene.settled).toEqual([`b ${why[how].name}`, `a ${why[how].name}`]);
      scene.send('c', dataOf({ key: 1 }));
      expect(scene.out).toHaveLength(2);
    },
  );

  test('a value that came back is not forgotten if a later one is on its way', () => {
    const scene = reporting({ gateway });
    scene.send('a', dataOf({ key: 1 }));
    scene.send('b', dataOf({ key: 2 }));
    scene.out[0]?.nack(why.refused);
    scene.out[1]?.ack();
    scene.send('c', dataOf({ key: 2 }));
    expect(scene.values()).toEqual([{ key: 1 }, { key: 2 }]);
    expect(scene.settled).toEqual(['a Refused', 'b acked', 'c acked']);
  });

  test(
    'what is held for a period is acknowledged on receipt, and reported even if the first value came back',
    marbles(({ hot, expectObservable, flush, scheduler }) => {
      const scene = reporting({ gateway: strategy('ON_REPORT_PERIOD'), scheduler });
      expectObservable(
        hot('-a-b-n-----').pipe(
          tap((step) => {
            if (step === 'n') scene.out[0]?.nack(why.unavailable);
            else scene.send(step, dataOf({ key: step }));
          }),
        ),
      ).toBe('-a-b-n-----');
      hot('------------|').subscribe({ complete: () => scene.subscription.unsubscribe() });
      flush();
      expect(scene.settled).toEqual(['b acked', 'a Unavailable']);
      expect(scene.values()).toEqual([{ key: 'a' }, { key: 'b' }]);
    }),
  );

  test(
    'a period that finds its last report unsettled is skipped and counted',
    marbles(({ hot, expectObservable, flush, scheduler }) => {
      const scene = reporting({ gateway: strategy('ON_REPORT_PERIOD'), scheduler });
      expectObservable(
        hot('-a 31ms s 15ms x').pipe(
          tap((step) => {
            if (step === 'a') scene.send('a', dataOf({ key: 1 }));
            else if (step === 's') scene.out[1]?.ack();
            else scene.subscription.unsubscribe();
          }),
        ),
      ).toBe('-a 31ms s 15ms x');
      flush();
      expect(scene.out).toHaveLength(3);
      expect(scene.facts).toEqual([1, 2].map(() => ({ kind: 'count', who: 'report', counter: 'skipped', n: 1 })));
    }),
  );

  test(
    'a report that comes back is said again',
    marbles(({ cold, expectObservable, flush, scheduler }) => {
      const scene = reporting({ gateway: strategy('ON_REPORT_PERIOD'), scheduler });
      const steps = 'a 11ms n';
      expectObservable(
        cold(steps).pipe(
          tap((step) => {
            if (step === 'a') scene.send('a', dataOf({ key: 1 }));
            else {
              scene.out[1]?.nack(why.unavailable);
              scene.input.complete();
            }
          }),
        ),
      ).toBe(steps);
      flush();
      expect(scene.values()).toEqual([{ key: 1 }, { key: 1 }, { key: 1 }]);
    }),
  );

  test.each([
    ['just after', 14, 15],
    ['now, whatever a device’s clock far ahead says', 1_000_000, 10],
    ['now', 5, 10],
  ])('a report is stamped %s', (_, ts, expected) => {
    marbles(({ cold, expectObservable, flush, scheduler }) => {
      const scene = reporting({ gateway: strategy('ON_REPORT_PERIOD'), scheduler });
      expectObservable(
        cold('a 10ms x').pipe(
          tap((step) => {
            if (step === 'a') scene.send('a', dataOf({ key: 1 }, ts));
            else scene.subscription.unsubscribe();
          }),
        ),
      ).toBe('a 10ms x');
      flush();
      expect(scene.out[1]?.value).toEqual(dataOf({ key: 1 }, expected));
    })();
  });

  test(
    'the points of a device are reported in one message, of each device in its own, in the name of its connector',
    marbles(({ cold, expectObservable, flush, scheduler }) => {
      const scene = reporting({ gateway: strategy('ON_REPORT_PERIOD'), scheduler });
      expectObservable(
        cold('a 10ms x').pipe(
          tap((step) => {
            if (step === 'x') scene.subscription.unsubscribe();
            else {
              scene.send('1', dataOf({ a: 1, b: 2 }, 0, { attributes: { c: 3 } }));
              scene.send('2', dataOf({ a: 4 }, 0, { device: 'e', connector: 'f', profile: 'q' }));
              scene.send('3', dataOf({ b: 5 }));
            }
          }),
        ),
      ).toBe('a 10ms x');
      flush();
      expect(scene.out.slice(2).map(({ value }) => value)).toEqual([
        dataOf({ a: 1, b: 5 }, 10, { attributes: { c: 3 } }),
        dataOf({ a: 4 }, 10, { device: 'e', connector: 'f', profile: 'q' }),
      ]);
    }),
  );
});

describe('forgetting', () => {
  const change = reporting;
  const period = { gateway: strategy('ON_REPORT_PERIOD') };
  const two = { device: 'e', connector: 'f' };
  const again = (scene: ReturnType<typeof reporting>): void => {
    scene.send('x', dataOf({ key: 1 }));
    scene.send('x', dataOf({ key: 1 }, 0, two));
    scene.out.forEach(({ ack }) => ack());
  };

  test.each([
    [{ device: 'd' }, ['d']],
    [{ connector: 'f' }, ['e']],
    [{ connector: 'c', device: 'e' }, []],
    [{}, ['d', 'e']],
    [{ device: 'd', lost: true }, ['d']],
    [{ lost: true }, ['d', 'e']],
  ])('%j: unchanged values of %j go again', (what, devices) => {
    const scene = change({ gateway: strategy('ON_CHANGE') });
    again(scene);
    scene.forget.next(what);
    again(scene);
    expect(scene.out.slice(2).map(({ value }) => value.device)).toEqual(devices);
  });

  test.each([
    ['a deleted device takes what is held with it: a report would make it anew', { device: 'd' }, [1]],
    ['what is held of a connector is reported first', { connector: 'c' }, [1, 2]],
    ['a loss leaves what is held where it is', { lost: true }, [1]],
  ])('%s', (_, what, values) => {
    const scene = reporting(period);
    scene.send('a', dataOf({ key: 1 }));
    scene.send('b', dataOf({ key: 2 }));
    scene.forget.next(what);
    expect(scene.values()).toEqual(values.map((key) => ({ key })));
    scene.input.complete();
    expect(scene.values()).toEqual([1, ...('device' in what ? [] : [2])].map((key) => ({ key })));
    expect(scene.completed()).toBe(true);
  });
});

describe('memory', () => {
  const gateway = strategy('ON_CHANGE');
  const unremembered = { kind: 'count', who: 'report', counter: 'unremembered', n: 1 };

  test('points beyond the bound pass as if on receipt, are counted, and said once', () => {
    const scene = reporting({ gateway, bounds: { points: 2, bytes: 1e6 } });
    for (const name of ['x', 'y']) {
      scene.send(name, dataOf({ a: 1, b: 1, c: 1 }));
      scene.out.forEach(({ ack }) => ack());
    }
    expect(scene.values()).toEqual([{ a: 1, b: 1, c: 1 }, { c: 1 }]);
    expect(scene.facts).toEqual([unremembered, unremembered]);
    expect(scene.warnings).toHaveLength(1);
  });

  test('a value that is too large to be remembered passes, and so does the next', () => {
    const scene = reporting({ gateway, bounds: { points: 9, bytes: 2_000 } });
    const large = 'x'.repeat(1_000);
    for (const value of [1, large, large, 1, 1]) {
      scene.send('x', dataOf({ key: value }));
      scene.out.forEach(({ ack }) => ack());
    }
    expect(scene.values().map((one) => (one as { key: Json }).key)).toEqual([1, large, large, 1]);
  });

  test(
    'what is past its time to live makes room',
    marbles(({ cold, expectObservable, flush, scheduler }) => {
      const scene = reporting({ gateway, bounds: { points: 1, bytes: 1e6 }, scheduler });
      const steps = 'a 2s b 1ms b';
      expectObservable(
        cold(steps).pipe(
          tap((key) => {
            scene.send(key, dataOf({ [key]: 1 }));
            scene.out.forEach(({ ack }) => ack());
          }),
        ),
      ).toBe(steps);
      flush();
      expect(scene.values()).toEqual([{ a: 1 }, { b: 1 }]);
      expect(scene.facts).toEqual([]);
    }),
  );

  test(
    'no timer runs without a periodic point',
    marbles(({ cold, expectObservable, flush, scheduler }) => {
      const scene = reporting({ gateway: strategy('ON_REPORT_PERIOD', { ttl: 0.01 }), scheduler });
      expect(scheduler.actions).toHaveLength(0);
      expectObservable(
        cold('a 30ms x').pipe(
          tap((step) => {
            if (step === 'a') scene.send('a', dataOf({ key: 1 }));
            else expect(scheduler.actions).toHaveLength(0);
          }),
        ),
      ).toBe('a 30ms x');
      flush();
    }),
  );
});

describe('whatever happens', () => {
  const keys = fc.constantFrom('a', 'b', '__proto__');
  const value = fc.constantFrom<Json>(0, 1, '1', true, [1], { x: 1 }, { x: true });
  const type = fc.constantFrom<ReportStrategy['type']>(
    'ON_CHANGE',
    'ON_REPORT_PERIOD',
    'ON_CHANGE_OR_REPORT_PERIOD',
    'ON_RECEIVED',
  );
  const object = (pairs: readonly (readonly [string, Json])[]): Data['attributes'] => Object.fromEntries(pairs);
  const pairs = fc.array(fc.tuple(keys, value), { maxLength: 3 });
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        telemetry: pairs,
        attributes: pairs,
        device: fc.constantFrom('d', 'e'),
        type: fc.option(type),
      }),
    },
    { weight: 3, arbitrary: fc.record({ settle: fc.nat(5), how: fc.constantFrom('ack', 'ack', 'nack') }) },
    { weight: 1, arbitrary: fc.record({ leaves: fc.constantFrom('d', 'e') }) },
  );

  /** What the platform would show after these messages. */
  const state = (messages: readonly Message[]): ReadonlyMap<string, Json> => {
    const shown = new Map<string, Json>();
    for (const message of messages) {
      if (message.kind !== 'data') continue;
      const said = (kind: string, values: Data['attributes']): void =>
        Object.entries(values).forEach(([key, one]) => shown.set(JSON.stringify([message.device, kind, key]), one));
      said('attributes', message.attributes);
      message.telemetry.forEach(({ values }) => said('telemetry', values));
    }
    return shown;
  };

  test('every envelope is settled exactly once, and what was acknowledged shows in the end', () =>
    fc.assert(
      fc.property(type, fc.array(step, { maxLength: 40 }), (gateway, steps) => {
        const scene = reporting({ gateway: strategy(gateway) });
        const sent: Message[] = [];
        const open: Envelope<Message>[] = [];
        let seen = 0;
        const collect = (): void => void open.push(...scene.out.slice(seen, (seen = scene.out.length)));
        let anyNack = false;
        for (const one of steps) {
          if ('settle' in one) {
            const [item] = open.splice(one.settle % Math.max(1, open.length), 1);
            if (one.how === 'ack') item?.ack();
            else if (item) {
              anyNack = true;
              item.nack(new Unavailable('STORAGE_FULL', 'not now'));
            }
          } else {
            const message: Message =
              'leaves' in one
                ? { kind: 'disconnected', device: one.leaves, connector: 'c' }
                : dataOf(object(one.telemetry), sent.length, {
                    device: one.device,
                    attributes: object(one.attributes),
                    ...(one.type ? saying({ device: strategy(one.type) }) : {}),
                  });
            sent.push(message);
            scene.send(String(sent.length), message);
          }
          collect();
        }
        scene.input.complete();
        collect();
        open.forEach(({ ack }) => ack());
        expect(scene.completed()).toBe(true);
        expect(scene.settled.map((line) => Number(line.split(' ')[0])).sort((a, b) => a - b)).toEqual(
          sent.map((_, i) => i + 1),
        );
        if (!anyNack) expect(state(scene.out.map(({ value: one }) => one))).toEqual(state(sent));
      }),
      { numRuns: 500 },
    ));
});
