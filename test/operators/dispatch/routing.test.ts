import { NEVER, filter, map, merge, mergeMap, of, share, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { test } from 'vitest';
import type { Command, Rpc } from '../../../src/model/command.js';
import { envelope } from '../../../src/model/envelope.js';
import { GATEWAY_DEVICE } from '../../../src/model/message.js';
import type { Message } from '../../../src/model/message.js';
import { replyTo } from '../../../src/model/reply-to.js';
import { dispatch } from '../../../src/operators/dispatch.js';
import type { Directed } from '../../../src/operators/fleet.js';
import { roster } from '../../../src/operators/roster.js';
import { marbles } from '../../marbles.js';

/** Devices are capital letters; what comes from the platform is a small one. */
const rpc = (id: number, device?: string, method = 'm'): Rpc => ({
  kind: 'rpc',
  ...(device === undefined ? {} : { device }),
  id,
  method,
  params: null,
});
const update = (device?: string): Command => ({
  kind: 'attributeUpdate',
  ...(device === undefined ? {} : { device }),
  values: { k: 1 },
  deleted: [],
});
const connected = (device: string, connector: string): Message => ({
  kind: 'connected',
  device,
  connector,
  profile: 'p',
});

/** A way back of three connectors, `x` and `y` of MQTT and `z` of Modbus; `x` has the device A, `y` the device B. */
interface Story {
  /** What the platform sends. */
  readonly commands: string;
  readonly of: Readonly<Record<string, Command>>;
  /** What the connectors say, by the letters of `says`. */
  readonly messages?: string;
  readonly says?: Readonly<Record<string, Message>>;
  /** What each connector, and the gateway's own source, are given. */
  readonly x?: string;
  readonly y?: string;
  readonly z?: string;
  readonly own?: string;
  /** Codes of the errors, and the letters of `says`. */
  readonly answers?: string;
  /** How these connectors take what they are given. Default: they do. */
  readonly refuses?: Readonly<Record<string, Parameters<Directed['refuse']>[0]>>;
  /** How long calls of these connectors may take, in frames, on top of the 9.5 that they may wait to be begun. Default: no longer than others, 10 in all. */
  readonly patience?: Readonly<Record<string, number>>;
}

const nothing = (): void => undefined;
const EDGE = '19ms !';

const drawn = (story: Story): (() => void) =>
  marbles(({ hot, scheduler, expectObservable }) => {
    const { commands, of: letters, messages = '', says = {}, answers = '', refuses = {}, patience = {} } = story;
    const said = hot<Message>(messages, says);
    let given: Observable<Directed> = NEVER;
    const run = (directed: Observable<Directed>) => {
      given = directed.pipe(share());
      const taken = given.pipe(
        tap(({ to, refuse }) => {
          const why = refuses[to];
          if (why !== undefined) refuse(why);
        }),
        filter(() => false),
        map((): Message => connected('', '')),
      );
      return merge(taken, said).pipe(map((message) => envelope(message, nothing, nothing)));
    };
    const out = dispatch(run, hot<Command>(commands, letters), {
      roster: roster([
        { device: 'A', connector: 'x' },
        { device: 'B', connector: 'y' },
      ]),
      types: new Map([
        ['x', 'mqtt'],
        ['y', 'mqtt'],
        ['z', 'modbus'],
      ]),
      own: 'own',
      patience: (connector) => patience[connector] ?? 0,
      scheduler,
      deadline: 10,
    }).pipe(
      mergeMap(({ value }) => {
        if (value.kind !== 'reply') return [];
        const letter = Object.entries(says).find(([, one]) => one.kind === 'reply' && one.content === value.content);
        const { code } = Object(value.content) as { readonly code?: number };
        return of(letter?.[0] ?? `${code}`);
      }),
      share(),
    );
    // The letter of a command by what it asks: the stand-in of the gateway is taken off on the way.
    const letterOf = (command: Command): string =>
      Object.entries(letters).find(([, one]) =>
        one.kind === 'rpc' && command.kind === 'rpc' ? one.id === command.id : one === command,
      )?.[0] ?? '?';
    expectObservable(out, EDGE).toBe(answers, {
      ...Object.fromEntries(Object.keys(says).map((letter) => [letter, letter])),
      ...{ 4: '404', 5: '503', 8: '408' },
    });
    for (const name of ['x', 'y', 'z', 'own'] as const) {
      const received = of(undefined).pipe(
        mergeMap(() => given),
        filter(({ to }) => to === name),
        map(({ command }) => letterOf(command)),
      );
      expectObservable(received, EDGE).toBe(story[name] ?? '');
    }
  });

test(
  'a request goes to the owner of its device, and the answer back',
  drawn({
    commands: '-a-b-----',
    of: { a: rpc(1, 'A'), b: rpc(2, 'B') },
    x: '       -a-------',
    y: '       ---b-----',
    messages: '-----N-M-',
    says: { M: replyTo(rpc(1, 'A'), 'of A'), N: replyTo(rpc(2, 'B'), 'of B') },
    answers: ' -----N-M-',
  }),
);

test(
  'an update of attributes goes the same way, and nothing comes back',
  drawn({
    commands: '-a-b-c---',
    of: { a: update('A'), b: update('B'), c: update() },
    x: '       -a-------',
    y: '       ---b-----',
    own: '     -----c---',
  }),
);

test(
  'whoever speaks for a device has it from then on; one that left keeps its connector',
  drawn({
    commands: '-a---b---c-',
    of: { a: update('A'), b: update('A'), c: update('A') },
    messages: '---Z---L---',
    says: { Z: connected('A', 'z'), L: { kind: 'disconnected', device: 'A', connector: 'z' } },
    x: '       -a---------',
    z: '       -----b---c-',
  }),
);

test(
  'a request that names a type goes to all connectors of the type; the first answer that is no error is the answer',
  drawn({
    commands: '-a-------------',
    of: { a: rpc(1, undefined, 'mqtt_get') },
    x: '       -a-------------',
    y: '       -a-------------',
    messages: '---E--M--N-----',
    says: {
      E: replyTo(rpc(1), { error: 'x is busy', code: 503 }),
      M: replyTo(rpc(1), 'of y'),
      N: replyTo(rpc(1), 'again'),
    },
    answers: ' ------M--------',
  }),
);

test(
  'what has no device goes to the source of the gateway, also under the name that stands for it',
  drawn({
    commands: '-a-b-c---',
    of: { a: rpc(1, undefined, 'gateway_ping'), b: rpc(2, GATEWAY_DEVICE), c: rpc(3, undefined, 'opcua_get') },
    own: '     -a-b-c---',
    messages: '----P-QR-',
    says: { P: replyTo(rpc(1), 'pong'), Q: replyTo(rpc(2), 'of b'), R: replyTo(rpc(3), 'of c') },
    answers: ' ----P-QR-',
  }),
);

test(
  'the answer to an attribute request goes to the connector that asked, else to the owner of its device',
  drawn({
    commands: '-a-b-----',
    of: {
      a: { kind: 'attributeValues', device: 'A', connector: 'z', id: 1, value: 1 },
      b: { kind: 'attributeValues', device: 'A', id: 1, value: 1 },
    },
    z: '       -a-------',
    x: '       ---b-----',
  }),
);

test(
  'what nobody takes is answered at once, and what nobody answers at its deadline, each for itself',
  drawn({
    commands: '-s-a-b--c------',
    of: { s: rpc(0, 'stranger'), a: rpc(1, 'A'), b: rpc(2, 'B'), c: rpc(3, 'A') },
    x: '       ---a----c------',
    y: '       -----b---------',
    refuses: { y: 'ended' },
    messages: '----------C---M',
    says: { C: replyTo(rpc(3, 'A'), 'in time'), M: replyTo(rpc(1, 'A'), 'late') },
    answers: ' -4---5----C--8',
  }),
);

test(
  'a call may take as long as its connector says: until then an answer counts and a repeated delivery is none',
  drawn({
    commands: '-a-b----c----a----',
    of: { a: rpc(1, 'A'), b: rpc(2, 'B'), c: rpc(3, 'A') },
    patience: { x: 5.5, y: 0.5 },
    x: '       -a------c---------',
    y: '       ---b--------------',
    messages: '------------C--M--',
    says: { C: replyTo(rpc(3, 'A'), 'of c'), M: replyTo(rpc(1, 'A'), 'of a') },
    answers: ' ------------C8-M--',
  }),
);

test(
  'a request to all connectors of a type may take as long as the slowest of them',
  drawn({
    commands: '-a---b-----------',
    of: { a: rpc(1, undefined, 'mqtt_get'), b: rpc(2, undefined, 'modbus_get') },
    patience: { x: 0.5, y: 6.5 },
    x: '       -a---------------',
    y: '       -a---------------',
    z: '       -----b-----------',
    answers: ' ---------------8-8',
  }),
);
