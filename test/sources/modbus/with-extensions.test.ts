import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadNamed } from '../../../src/extensions/load-named.js';
import { decode } from '../../../src/model/decode.js';
import { modbusConfig } from '../../../src/sources/modbus/config.js';
import type { Loaded } from '../../../src/sources/modbus/extensions/converters-of.js';
import { missingExtensions } from '../../../src/sources/modbus/extensions/missing-extensions.js';
import { polled, rig } from './rig.js';

const folderWith = (modules: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'modbus-extensions-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'extensions/modbus'), { recursive: true });
  for (const [name, code] of Object.entries(modules)) writeFileSync(join(folder, 'extensions/modbus', name), code);
  return folder;
};
const loadedWith = (modules: Readonly<Record<string, string>>): Promise<Loaded> =>
  firstValueFrom(
    loadNamed(
      'modbus',
      Object.keys(modules).map((name) => name.replace('.mjs', '')),
      folderWith(modules),
    ),
  );

describe('uplink_converter', () => {
  const up = {
    'Up.mjs': `export default { up: ({ deviceName, unitId, byteOrder, wordOrder }) => ({ points, readAt }) => {
      const [{ tag, section, type, functionCode, address, bytes, value }] = points;
      if (value === 666) throw new Error('no idea');
      if (value === 777) return 'nonsense';
      if (value === 888) return undefined;
      const at = { tag, section, type, functionCode, address, byteOrder, wordOrder };
      return [
        { deviceName: deviceName + '.' + unitId, telemetry: { v: value * 2, hex: Buffer.from(bytes).toString('hex') } },
        { deviceName: 'at', attributes: { at, count: points.length, readAt } },
      ];
    } };`,
  };
  const slave = polled(1, { uplink_converter: 'Up', reportStrategy: { type: 'ON_CHANGE' } }, [3, 4]);

  it('reads a poll: it is given the bytes and what the built-in one makes of them, and says one device or several', async () => {
    const it = rig({ slaves: [slave], loaded: await loadedWith(up) });
    it.advance(50);
    expect(it.data('D1.1')).toMatchObject([
      { telemetry: [{ ts: 1, values: { v: 6, hex: '0003' } }], report: { device: { type: 'ON_CHANGE' } } },
    ]);
    const at = { tag: 'r3', section: 'timeseries', type: '16uint', functionCode: 3, address: 3 };
    const orders = { byteOrder: 'BIG', wordOrder: 'BIG' };
    expect(it.data('at')[0]?.attributes).toEqual({ at: { ...at, ...orders }, count: 2, readAt: 1 });
    it.peers.cut('tcp h:502');
    expect([it.gone('D1.1'), it.gone('at'), it.gone('D1')]).toEqual([[50], [50], []]);
    it.close();
  });

  it('that throws costs that poll, which is said once and counted, and the next one is read', async () => {
    const registers = new Map([[3, 666]]);
    const it = rig({ slaves: [slave], units: { 1: { registers } }, loaded: await loadedWith(up) });
    it.advance(250);
    expect(it.data('at')).toEqual([]);
    expect(it.counted('failed')).toBe(3);
    registers.set(3, 777);
    it.advance(100);
    registers.set(3, 888);
    it.advance(100);
    registers.set(3, 1);
    it.advance(100);
    expect(it.data('D1.1')).toMatchObject([{ telemetry: [{ values: { v: 2 } }] }]);
    const said = it.logged.filter(([text]) => text.startsWith('the converter'));
    expect(said).toEqual([
      ['the converter could not read a poll', { device: 'D1', why: 'no idea' }],
      ['the converter could not read a poll', { device: 'D1', why: expect.stringContaining('nonsense') }],
      ['the converter can read again', { device: 'D1' }],
    ]);
    it.close();
  });

  it('that is not there is said, and its slave is not polled; the others are', async () => {
    const absent = polled(2, { uplink_converter: 'Absent' });
    const it = rig({ slaves: [slave, absent, polled(3)], loaded: await loadedWith(up) });
    it.advance(50);
    expect([it.peers.of(2), it.data('D3')]).toMatchObject([[], [{}]]);
    expect(it.facts).toContainEqual({
      kind: 'alert',
      who: 'modbus',
      code: 'CONFIG_INVALID',
      text: 'D2: uplink_converter: it was not loaded',
    });
    it.close();
  });

  it('of the incumbent’s own name is the built-in one', () => {
    const names = {
      uplink_converter: 'BytesModbusUplinkConverter',
      downlink_converter: 'BytesModbusDownlinkConverter',
    };
    const it = rig({ slaves: [polled(1, names)] });
    it.advance(50);
    expect(it.data('D1')).toMatchObject([{ telemetry: [{ values: { r0: 0 } }] }]);
    it.close();
  });
});

describe('downlink_converter', () => {
  const down = {
    'Down.mjs': `export default { down: ({ unitId }) => ({ tag, type, functionCode, address, objectsCount, value }) => {
      if (value === 'throw') throw new Error('not today');
      if (value === 'many') return [1, 2];
      if (value === 'large') return 65536;
      if (value === 'coil') return true;
      return functionCode === 5 ? value === 'on' : [unitId, address, objectsCount, type.length].slice(0, objectsCount);
    } };`,
  };
  const slave = polled(1, {
    downlink_converter: 'Down',
    attributeUpdates: [{ tag: 'level', type: '64int', functionCode: 16, address: 7 }],
    rpc: [
      { tag: 'one', type: '16int', functionCode: 6, address: 2 },
      { tag: 'read', type: '16int', functionCode: 3, address: 7 },
      { tag: 'relay', type: 'bits', functionCode: 5, address: 65_535 },
    ],
  });

  it('says what an attribute update and a call write; what a call reads is read as ever', async () => {
    const registers = new Map<number, number>();
    const it = rig({ slaves: [slave], units: { 1: { registers } }, loaded: await loadedWith(down) });
    it.advance(50);
    it.update('D1', { level: 'high' });
    it.call('D1', 'one', 'x');
    it.call('D1', 'relay', 'on');
    it.call('D1', 'read');
    it.call(undefined, 'modbus_set', { type: '16int', functionCode: 6, address: 9, value: 'x' });
    it.advance(50);
    expect([...registers]).toEqual([
      [7, 1],
      [8, 7],
      [9, 1],
      [10, 5],
      [2, 1],
    ]);
    expect(it.replies()).toEqual([
      { result: { value: 'x' } },
      { result: { value: 'on' } },
      { result: { value: 1 } },
      [{ result: 'x', device_name: 'D1' }],
    ]);
    it.close();
  });

  it('that throws, or gives what cannot be written, is the answer to the call', async () => {
    const it = rig({ slaves: [slave], loaded: await loadedWith(down) });
    it.advance(50);
    for (const params of ['throw', 'many', 'large', 'coil']) it.call('D1', 'one', params);
    it.advance(50);
    const error = (text: string) => ({ result: { error: expect.stringContaining(text) } });
    expect(it.replies()).toEqual([
      error('not today'),
      error('gave 2, and 1 to 1'),
      error('registers (0 to 65535)'),
      error('registers (0 to 65535)'),
    ]);
    it.close();
  });

  it('that is not there writes nothing and says why; what is read is', async () => {
    const it = rig({ slaves: [slave], loaded: await loadedWith({}) });
    it.advance(50);
    it.call('D1', 'one', 'x');
    it.advance(50);
    expect(it.replies()).toEqual([{ result: { error: 'downlink_converter: it was not loaded' } }]);
    expect(it.data('D1')).toHaveLength(1);
    it.close();
  });
});

it('a converter whose file is nowhere is a mistake of the configuration', () => {
  const { value } = decode(modbusConfig, {
    master: {
      slaves: [
        { host: 'h', port: 1, method: 'socket', unitId: 1, deviceName: 'D', pollPeriod: 1, uplink_converter: 'Up' },
        {
          host: 'h',
          port: 1,
          method: 'socket',
          unitId: 2,
          deviceName: 'E',
          pollPeriod: 1,
          uplink_converter: 'BytesModbusUplinkConverter',
          downlink_converter: '../Down',
        },
      ],
    },
  });
  expect(missingExtensions(value!, folderWith({ 'Up.mjs': 'export default () => () => undefined;' }))).toEqual([
    { path: 'master.slaves[1].downlink_converter', found: '"../Down"', expected: expect.stringContaining('letters') },
  ]);
});
