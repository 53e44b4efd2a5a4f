import { Observable, delay, map, merge, of, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/model/command.js';
import type { Sink } from '../../src/model/component.js';
import { envelope } from '../../src/model/envelope.js';
import type { Envelope, Nack } from '../../src/model/envelope.js';
import { Refused, Unavailable } from '../../src/model/errors.js';
import type { Data, Message } from '../../src/model/message.js';
import { askShared } from '../../src/operators/ask-shared.js';
import type { AskShared } from '../../src/operators/ask-shared.js';
import { marbles } from '../marbles.js';
import type { Drawing } from '../marbles.js';

const data = (device: string, connector = 'c'): Data => ({
  kind: 'data',
  device,
  connector,
  profile: 'p',
  telemetry: [],
  attributes: {},
});
const sent: Readonly<Record<string, Message>> = {
  a: data('a'),
  b: data('b'),
  c: { kind: 'connected', device: 'a', connector: 'c', profile: 'p' },
  d: { kind: 'disconnected', device: 'a' },
  e: data('a', 'other'),
  n: data('nothing'),
  r: { kind: 'reply', device: 'a', id: 1, content: null },
};

const pushed = (device: string, values: object, deleted: readonly string[] = []): Command => ({
  kind: 'attributeUpdate',
  device,
  values: values as never,
  deleted,
});
const answer = (id: number, members: object): Command => ({ kind: 'attributeValues', device: 'a', id, ...members });
const onlines = { t: true, f: false };

/** What becomes of each question, in order; the last one stands for all that follow. */
type Fate = 'ack' | 'never' | Nack;

interface Scenario extends Partial<Omit<AskShared, 'online' | 'scheduler'>> {
  readonly messages: string;
  readonly online: string;
  /** What the sink says, and its meaning. */
  readonly says?: readonly [string, Readonly<Record<string, Command>>];
  readonly fates?: readonly Fate[];
}

/** Draws what is asked (`x:k,l` for keys k and l of x) and what comes back. */
const play = ({ cold, scheduler }: Drawing, scenario: Scenario) => {
  const { messages, online, says = ['-', {}], fates = ['ack'], ...options } = scenario;
  const asked: string[] = [];
  const passed: string[] = [];
  const came: (readonly [number, Command])[] = [];
  const sink: Sink = (all) => {
    const heard = new Observable<never>((to) =>
      all.subscribe({
        next: ({ value, ack, nack }) => {
          if (value.kind !== 'attributeRequest') {
            passed.push(value.kind);
            ack();
            return;
          }
          expect(value).toMatchObject({ scope: 'shared', idle: true });
          const fate = fates[Math.min(asked.length, fates.length - 1)];
          asked.push(`${scheduler.now()} ${value.id} ${value.device}:${value.keys.join()}`);
          if (fate === 'ack') ack();
          else if (fate !== 'never' && fate !== undefined) nack(fate);
        },
        complete: () => to.complete(),
      }),
    );
    return merge(heard, cold(says[0], says[1]));
  };
  const around = askShared({
    keysOf: (device) => (device === 'nothing' ? [] : ['k', 'l']),
    online: cold(online, onlines),
    scheduler,
    ...options,
  });
  const up = cold(messages, sent).pipe(
    map((value): Envelope<Message> =>
      envelope(
        value,
        () => undefined,
        () => undefined,
      ),
    ),
  );
  const done = around(sink)(up).subscribe((command) => came.push([scheduler.now(), command]));
  scheduler.schedule(() => done.unsubscribe(), 60_000);
  return { asked, passed, came };
};

describe('askShared', () => {
  /** Plays the scenario and hands over what came, when virtual time has ended. */
  const played = (scenario: Scenario): ReturnType<typeof play> => {
    let result: ReturnType<typeof play> = { asked: [], passed: [], came: [] };
    marbles((drawing) => void (result = play(drawing, scenario)))();
    return result;
  };

  it('asks once for each device a second after the platform is connected, and hands the answer on as an update', () => {
    const { asked, came, passed } = played({
      messages: 'aaba-n-r',
      online: 't',
      says: ['2s xy', { x: answer(-1, { values: { k: 1, l: 2, other: 3 } }), y: answer(-2, { values: { k: 5 } }) }],
    });
    expect(asked).toEqual(['1000 -1 a:k,l', '1000 -2 b:k,l']);
    expect(came).toEqual([
      [2000, pushed('a', { k: 1, l: 2 })],
      [2001, pushed('b', { k: 5 })],
    ]);
    expect(passed).toEqual(['data', 'data', 'data', 'data', 'data', 'reply']);
  });

  it('lets the answer to a question of a connector pass, whatever its id', () => {
    const theirs: Command = { kind: 'attributeValues', device: 'a', connector: 'c', id: -1, values: { k: 1 } };
    const { came } = played({ messages: 'a', online: 't', says: ['2s x', { x: theirs }] });
    expect(came).toEqual([[2000, theirs]]);
  });

  it('asks for nobody while the platform is away, and again for all on the next connection', () =>
    expect(played({ messages: '-a 4s b', online: 't 2s f 4s t' }).asked).toEqual([
      '1000 -1 a:k,l',
      '7002 -2 a:k,l',
      '7002 -3 b:k,l',
    ]));

  it('asks nothing on a connection that does not last', () =>
    expect(played({ messages: 'a', online: 't 900ms f 9ms t 900ms f' }).asked).toEqual([]));

  it('asks again for a device that has left and come back, or come to another connector, and for no other', () =>
    expect(played({ messages: 'b 1s c 1s c 1s d 1s a 1s e', online: 't', after: 0 }).asked).toEqual([
      '0 -1 b:k,l',
      '1001 -2 a:k,l',
      '4004 -3 a:k,l',
      '5005 -4 a:k,l',
    ]));

  it('asks once for each of two connectors that speak for one device in turn, on each connection', () => {
    const { asked, came } = played({
      messages: '(aeaeae) 3s (aeae)',
      online: 't 4s f t',
      keysOf: (_, connector) => [connector],
      says: ['2s (xy)', { x: answer(-1, { value: 1 }), y: answer(-2, { value: 2 }) }],
    });
    expect(asked).toEqual(['1000 -1 a:c', '1000 -2 a:other', '5002 -3 a:c', '5002 -4 a:other']);
    expect(came).toEqual([
      [2000, pushed('a', { c: 1 })],
      [2000, pushed('a', { other: 2 })],
    ]);
  });

  it('asks again for the devices of a connector that begins anew, for what it wants then, and for no other', () => {
    let wanted = 'k';
    const begins = of('c').pipe(
      delay(3_000),
      tap(() => (wanted = 'new')),
    );
    const { asked, passed } = played({
      messages: '(aeb)',
      online: 't',
      keysOf: (_, connector) => (connector === 'c' ? [wanted] : ['k']),
      anew: begins,
    });
    expect(asked).toEqual(['1000 -1 a:k', '1000 -2 a:k', '1000 -3 b:k', '3000 -4 a:new', '3000 -5 b:new']);
    expect(passed).toEqual(['data', 'data', 'data']);
    expect(played({ messages: 'a', online: '2s t', anew: of('c').pipe(delay(2_500)) }).asked).toEqual([
      '3000 -1 a:k,l',
    ]);
  });

  it('forgets a device that no longer exists', () =>
    expect(
      played({
        messages: 'ab',
        online: 't 2s f 1s t',
        says: ['2s g', { g: { kind: 'rpc', id: 1, method: 'gone', params: 'a' } }],
        gone: (command) => (command.kind === 'rpc' ? ['a'] : []),
      }).asked,
    ).toEqual(['1000 -1 a:k,l', '1000 -2 b:k,l', '4002 -3 b:k,l']));

  it('takes nothing from an answer that is not there, late, of a device that left, or of somebody else', () => {
    const { came } = played({
      messages: 'ab 2s d',
      online: 't',
      says: [
        '2s w 500ms (xyz)',
        {
          w: answer(-2, {}),
          x: answer(-1, { values: { k: 1 } }),
          y: answer(-2, { values: { k: 1 } }),
          z: answer(7, { value: 1 }),
        },
      ],
    });
    expect(came.map(([, command]) => command)).toEqual([answer(7, { value: 1 })]);
  });

  it('passes over what an update or a deletion has overtaken, however the answer comes', () => {
    const { came } = played({
      messages: 'ab',
      online: 't',
      says: [
        '1500ms (uv) 1s (xy)',
        {
          u: pushed('a', { k: 'new' }),
          v: pushed('b', {}, ['k', 'l']),
          x: answer(-1, { values: { k: 'old', l: 'kept' } }),
          y: answer(-2, { values: { k: 'old' } }),
        },
      ],
    });
    expect(came.map(([, command]) => command)).toEqual([
      pushed('a', { k: 'new' }),
      pushed('b', {}, ['k', 'l']),
      pushed('a', { l: 'kept' }),
    ]);
  });

  it('takes an update before the question for older than its answer', () => {
    const { came } = played({
      messages: 'a',
      online: 't',
      says: ['500ms u 1s x', { u: pushed('a', { k: 'old' }), x: answer(-1, { values: { k: 'new' } }) }],
    });
    expect(came.map(([, command]) => command)).toEqual([pushed('a', { k: 'old' }), pushed('a', { k: 'new' })]);
  });

  it('reads a lone value, whatever its name', () =>
    expect(
      played({
        messages: 'a',
        online: 't',
        keysOf: () => ['__proto__'],
        says: ['2s x', { x: answer(-1, { value: 1 }) }],
      }).came,
    ).toEqual([[2000, pushed('a', JSON.parse('{"__proto__": 1}') as object)]]));

  it('asks for each attribute by itself where an older platform leaves out the name of the only one', () => {
    const { asked, came } = played({
      messages: 'a',
      online: 't',
      says: ['2s x 1s y 1s z', { x: answer(-1, { value: 5 }), y: answer(-2, {}), z: answer(-3, { value: 5 }) }],
    });
    expect(asked).toEqual(['1000 -1 a:k,l', '2000 -2 a:k', '3001 -3 a:l']);
    expect(came).toEqual([[4002, pushed('a', { l: 5 })]]);
  });

  it('has so many questions open and no more, and gives one up that has no answer', () =>
    expect(played({ messages: '(abc)', online: 't', most: 1, deadline: 5_000 }).asked).toEqual([
      '1000 -1 a:k,l',
      '6000 -2 b:k,l',
    ]));

  it('tries again later what could not leave, and never what was refused until the device comes anew', () => {
    const unavailable = new Unavailable('BROKER_UNREACHABLE', 'away');
    const refused = new Refused('PLATFORM_REFUSED', 'no');
    const { asked } = played({
      messages: 'a 30s d 100ms a',
      online: 't 23s f 1s t',
      fates: [unavailable, refused, 'ack'],
    });
    expect(asked).toEqual(['1000 -1 a:k,l', '21000 -2 a:k,l', '30102 -3 a:k,l']);
  });

  it('leaves to the sink what the sink still holds when the connection is made anew', () =>
    expect(played({ messages: 'ab', online: 't 2s f 1s t', fates: ['never', 'ack'] }).asked).toEqual([
      '1000 -1 a:k,l',
      '1000 -2 b:k,l',
      '4002 -3 b:k,l',
    ]));
});
