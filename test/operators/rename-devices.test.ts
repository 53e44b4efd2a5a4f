import { Subject, ignoreElements, map, merge, tap } from 'rxjs';
import { expect, test } from 'vitest';
import type { Command } from '../../src/model/command.js';
import type { Envelope } from '../../src/model/envelope.js';
import { envelope } from '../../src/model/envelope.js';
import type { Json, Message } from '../../src/model/message.js';
import { renameDevices } from '../../src/operators/rename-devices.js';
import type { Renamed } from '../../src/operators/rename-devices.js';

const rig = (known: Iterable<Renamed> = []) => {
  const up = new Subject<Envelope<Message>>();
  const down = new Subject<Command>();
  const names: (string | undefined)[] = [];
  const commands: Command[] = [];
  let saved: readonly Renamed[] | undefined;
  renameDevices({ known, save: (all) => (saved = all) })((messages) =>
    merge(
      down,
      messages.pipe(
        tap(({ value, ack }) => {
          names.push(value.device);
          ack();
        }),
        ignoreElements(),
      ),
    ),
  )(up).subscribe((command) => commands.push(command));
  const own = (method: string, params: Json): void => down.next({ kind: 'rpc', id: 1, method, params });
  return {
    /** The names under which messages of these devices leave. */
    leave: (...devices: string[]) => {
      names.length = 0;
      for (const device of devices)
        up.next(
          envelope<Message>(
            { kind: 'disconnected', device },
            () => undefined,
            () => undefined,
          ),
        );
      return [...names];
    },
    /** The devices that commands of these names reach. */
    reach: (...devices: string[]) => {
      commands.length = 0;
      for (const device of devices) down.next({ kind: 'attributeUpdate', device, values: {}, deleted: [] });
      return commands.map(({ device }) => device);
    },
    rename: (params: Json) => own('gateway_device_renamed', params),
    remove: (params: Json) => own('gateway_device_deleted', params),
    last: () => commands.at(-1),
    saved: () => saved,
  };
};

test('a renamed device leaves under its new name, and commands of that name reach it', () => {
  const it = rig();
  it.rename({ a: 'b' });
  expect(it.leave('a', 'c')).toEqual(['b', 'c']);
  expect(it.reach('b', 'c')).toEqual(['a', 'c']);
  expect(it.saved()).toEqual([['a', 'b']]);
});

test('a chain of names is one change, and the own name ends it', () => {
  const it = rig();
  it.rename({ a: 'b' });
  it.rename({ b: 'c' });
  expect(it.last()).toMatchObject({ params: { a: 'c' } });
  expect([it.leave('a'), it.reach('c', 'b')]).toEqual([['c'], ['a', 'b']]);
  expect(it.saved()).toEqual([['a', 'c']]);
  it.rename({ c: 'a' });
  expect([it.leave('a'), it.reach('a', 'c')]).toEqual([['a'], ['a', 'c']]);
  expect(it.saved()).toEqual([]);
});

test('names that are exchanged stay apart', () => {
  const it = rig();
  for (const change of [{ a: 'x' }, { b: 'a' }, { x: 'b' }]) it.rename(change);
  expect([it.leave('a', 'b'), it.reach('a', 'b')]).toEqual([
    ['b', 'a'],
    ['b', 'a'],
  ]);
});

test('what earlier runs were told holds', () => {
  const it = rig([['a', 'b']]);
  expect([it.leave('a'), it.reach('b')]).toEqual([['b'], ['a']]);
});

test('a deleted device has its own name again, and that is the name that is passed on', () => {
  const it = rig([['a', 'b']]);
  it.remove('b');
  expect(it.last()).toMatchObject({ method: 'gateway_device_deleted', params: 'a' });
  expect([it.leave('a'), it.saved()]).toEqual([['a'], []]);
  it.remove(['c']);
  expect(it.last()).toMatchObject({ params: 'c' });
});

test('names such as __proto__ are names', () => {
  const it = rig();
  it.rename(JSON.parse('{"__proto__": "constructor"}') as Json);
  expect([it.leave('__proto__'), it.reach('constructor')]).toEqual([['constructor'], ['__proto__']]);
  it.rename({ constructor: '__proto__' });
  expect([it.leave('__proto__'), it.reach('constructor')]).toEqual([['__proto__'], ['constructor']]);
});

test.each<[Json]>([[{ a: 'a' }], [{ a: '' }], [{ a: 1 }], [{}], ['a'], [null], [['a', 'b']]])(
  'the parameters %j rename nothing',
  (params) => {
    const it = rig();
    it.rename(params);
    expect([it.leave('a'), it.saved()]).toEqual([['a'], undefined]);
  },
);

test('a message keeps its settling', () => {
  const settled: string[] = [];
  const up = new Subject<Envelope<Message>>();
  renameDevices({ known: [['a', 'b']] })((messages) =>
    messages.pipe(
      tap(({ ack }) => ack()),
      map(() => ({ kind: 'attributeUpdate', values: {}, deleted: [] }) as const),
    ),
  )(up).subscribe();
  up.next(
    envelope<Message>(
      { kind: 'disconnected', device: 'a' },
      () => settled.push('ack'),
      () => settled.push('nack'),
    ),
  );
  expect(settled).toEqual(['ack']);
});
