import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/model/message.js';
import { polled, rig } from '../rig.js';

const rpc = [
  { tag: 'read', type: '16uint', functionCode: 3, address: 9 },
  { tag: 'write', type: '16uint', functionCode: 6, address: 9 },
];
const attributeUpdates = [
  { tag: 'a', type: '16uint', functionCode: 6, address: 20 },
  { tag: 'b', type: '16uint', functionCode: 6, address: 21 },
];
const quiet = { timeseries: [], retries: 0 };

const answered = (method: string, params: Json, device: string | undefined = 'D1') => {
  const it = rig({ slaves: [polled(1, { rpc, ...quiet })] });
  it.at(10, () => it.call(device, method, params));
  it.advance(100);
  it.close();
  return it.replies();
};

describe('a call', () => {
  it.each([
    ['reads', 'read', null, { result: { value: 9 } }],
    ['writes, and says what', 'write', 77, { result: { value: 77 } }],
    ['of get reads', 'get', 'type=16uint;functionCode=3;objectsCount=1;address=2;', { result: { value: 2 } }],
    [
      'of set writes',
      'set',
      'type=16uint;functionCode=6;objectsCount=1;address=2;value=5;',
      { result: { value: '5' } },
    ],
    ['nobody knows says so', 'nothing', null, { result: { error: 'Method not found for nothing' } }],
    ['with a value that cannot be says why', 'write', 70_000, { result: { error: expect.stringContaining('70000') } }],
  ])('that %s', (_name, method, params, content) => expect(answered(method, params)).toEqual([content]));

  it('of a device nobody knows is answered', () =>
    expect(answered('read', null, 'who')).toEqual([{ result: { error: 'Device not found' } }]));

  it('that the slave refuses says why', () => {
    const it = rig({ slaves: [polled(1, { rpc, ...quiet })], units: { 1: { exception: 4 } } });
    it.at(10, () => it.call('D1', 'write', 1));
    it.advance(100);
    expect(it.replies()).toEqual([{ result: { error: 'unit 1: slave device failure (exception 4)' } }]);
    it.close();
  });

  it.each([
    ['5 s', undefined, 5_010],
    ['the timeout of its rule', 7, 7_010],
  ])('without an answer is answered after %s', (_name, timeout, at) => {
    const rules = rpc.map((rule) => ({ ...rule, ...(timeout === undefined ? {} : { timeout }) }));
    const it = rig({ slaves: [polled(1, { ...quiet, rpc: rules, timeout: 30 })], units: { 1: { dead: true } } });
    it.at(10, () => it.call('D1', 'read'));
    it.advance(20_000);
    expect(it.messages.map((one) => [one.at, 'content' in one.value && one.value.content])).toEqual([
      [at, { result: { error: 'Timeout rpc has been reached for D1' } }],
    ]);
    it.close();
  });

  it('waits for a connection', () => {
    const it = rig({ slaves: [polled(1, { rpc })] });
    it.at(110, () => it.peers.cut('tcp h:502'));
    it.at(120, () => it.call('D1', 'read'));
    it.advance(700);
    expect(it.replies()).toEqual([{ result: { value: 9 } }]);
    it.close();
  });

  it('that was under way when the connection went is answered', () => {
    const it = rig({ slaves: [polled(1, { rpc, ...quiet })], units: { 1: { takes: 50 } } });
    it.at(10, () => it.call('D1', 'write', 3));
    it.at(30, () => it.peers.cut('tcp h:502'));
    it.advance(5_000);
    expect(it.replies()).toEqual([{ result: { error: 'cut' } }]);
    expect(it.peers.of(1)).toHaveLength(1);
    it.close();
  });

  it('of a device that is two slaves goes to the one that has its rule', () => {
    const it = rig({
      slaves: [polled(1, { ...quiet, deviceName: 'D' }), polled(2, { ...quiet, deviceName: 'D', port: 503, rpc })],
    });
    it.at(10, () => it.call('D', 'read'));
    it.advance(100);
    expect(it.peers.asked.map(({ unitId }) => unitId)).toEqual([2]);
    it.close();
  });
});

describe('a call of the connector', () => {
  const place = { type: '16uint', functionCode: 3, objectsCount: 1, address: 4 };

  it('asks every slave, in their order', () => {
    const it = rig({ slaves: [polled(1, quiet), polled(2, { ...quiet, port: 503 })], units: { 2: { exception: 4 } } });
    it.at(10, () => it.call(undefined, 'modbus_get', place));
    it.advance(100);
    expect(it.replies()).toEqual([
      [{ result: 4, device_name: 'D1' }, { error: 'unit 2: slave device failure (exception 4)' }],
    ]);
    it.close();
  });

  it('writes to the slave that its params describe, over a connection of its own', () => {
    const units = { 7: {} };
    const it = rig({ slaves: [polled(1, quiet)], units });
    const params = {
      ...place,
      functionCode: 6,
      value: 5,
      host: 'other',
      port: 502,
      unitId: 7,
      method: 'socket',
      byteOrder: 'BIG',
    };
    it.at(10, () => it.call(undefined, 'modbus_set', params));
    it.advance(100);
    expect(it.replies()).toEqual([[{ result: 5, device_name: 'temporary' }]]);
    expect(it.peers.connects.map(([, name]) => name)).toEqual(['tcp h:502', 'tcp other:502']);
    expect(it.peers.units[7]!.registers!.get(4)).toBe(5);
    it.close();
  });

  it('uses the connection that stands already', () => {
    const it = rig({ slaves: [polled(1, quiet)], units: { 7: {} } });
    const params = { ...place, host: 'h', port: 502, unitId: 7, method: 'socket', byteOrder: 'BIG' };
    it.at(10, () => it.call(undefined, 'modbus_get', params));
    it.advance(100);
    expect(it.replies()).toEqual([[{ result: 4, device_name: 'temporary' }]]);
    expect(it.peers.connects).toHaveLength(1);
    it.close();
  });

  it('with a function code that does not fit is refused', () => {
    const it = rig({ slaves: [polled(1, quiet)] });
    it.at(10, () => it.call(undefined, 'modbus_set', place));
    it.advance(100);
    expect(it.replies()).toEqual([{ error: 'Unsupported function code in RPC request.', code: 400 }]);
    it.close();
  });
});

describe('an attribute update', () => {
  it('is written by each rule whose tag is in it, whatever becomes of the others', () => {
    const it = rig({ slaves: [polled(1, { ...quiet, attributeUpdates })] });
    it.at(10, () => it.update('D1', { a: 'no number', b: 8, c: 1 }));
    it.advance(100);
    expect(it.peers.of(1).map(({ what }) => what)).toEqual(['write 6 21']);
    expect(it.logged.filter(([text]) => text === 'an attribute could not be written')).toHaveLength(1);
    it.close();
  });

  it('that is under way when the connection goes is written on the next one', () => {
    const it = rig({ slaves: [polled(1, { ...quiet, attributeUpdates })], units: { 1: { takes: 50 } } });
    it.at(10, () => it.update('D1', { a: 1, b: 2 }));
    it.at(30, () => it.peers.cut('tcp h:502'));
    it.advance(2_000);
    expect(it.peers.of(1).map(({ what }) => what)).toEqual(['write 6 20', 'write 6 20', 'write 6 21']);
    it.close();
  });
});
