import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import type { Envelope } from '../../src/model/envelope.js';
import { envelope } from '../../src/model/envelope.js';
import { Unavailable } from '../../src/model/errors.js';
import type { Data, Message, Values } from '../../src/model/message.js';
import { introduce } from '../../src/operators/introduce.js';

const data = (connector: string, attributes: Values = {}): Data => ({
  kind: 'data',
  device: 'd',
  connector,
  profile: 'p',
  telemetry: [],
  attributes,
});
const rig = (...devices: string[]) => {
  const source = new Subject<Envelope<Message>>();
  const out: Envelope<Message>[] = [];
  const fresh = new Set(devices);
  source.pipe(introduce({ fresh, types: new Map([['plant', 'mqtt']]) })).subscribe((item) => out.push(item));
  const send = (value: Message): Envelope<Message> => {
    source.next(
      envelope(
        value,
        () => undefined,
        () => undefined,
      ),
    );
    return out.at(-1)!;
  };
  return { send, fresh };
};
const whose = { connectorType: 'mqtt', connectorName: 'plant' };

test('the first data of a fresh device says by which connector it comes, and the second does not', () => {
  const { send } = rig('d');
  expect(send(data('plant', { a: 1 })).value).toEqual(data('plant', { ...whose, a: 1 }));
  expect(send(data('plant', { a: 2 })).value).toEqual(data('plant', { a: 2 }));
});

test('an attribute of the device wins, and what is no data passes', () => {
  const { send } = rig('d');
  const comes = { kind: 'connected', device: 'd', connector: 'plant', profile: 'p' } as const;
  expect(send(comes).value).toBe(comes);
  expect(send(data('plant', { connectorName: 'mine' })).value).toEqual(
    data('plant', { connectorType: 'mqtt', connectorName: 'mine' }),
  );
});

test('it is said again if that data was not taken', () => {
  const { send, fresh } = rig('d');
  send(data('plant')).nack(new Unavailable('STORAGE_FULL', 'full'));
  expect([...fresh]).toEqual(['d']);
  expect(send(data('plant')).value).toEqual(data('plant', whose));
});

test('nothing is said of a connector whose type is not known', () => {
  const { send } = rig('d');
  expect(send(data('statistics')).value).toEqual(data('statistics'));
});
