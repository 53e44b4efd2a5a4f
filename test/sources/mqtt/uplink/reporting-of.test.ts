import { describe, expect, it } from 'vitest';
import { decode } from '../../../../src/model/decode.js';
import { mqttConfig } from '../../../../src/sources/mqtt/config.js';
import type { Converters } from '../../../../src/sources/mqtt/extensions/load-converters.js';
import { uplink } from '../../../../src/sources/mqtt/uplink.js';

const strategy = (reportPeriod: number) => ({ type: 'ON_REPORT_PERIOD', reportPeriod });
const full = (reportPeriod: number) => ({ ...strategy(reportPeriod), ttl: 86_400 });
const deviceInfo = { deviceNameExpressionSource: 'constant', deviceNameExpression: 'd' };

/** What is said with the data of one message. */
const said = (mapping: object, converter: object, payload: string, converters?: Converters) => {
  const { value, problems, idle } = decode(mqttConfig, {
    broker: { host: 'h', security: { type: 'anonymous' } },
    mapping: [{ topicFilter: '#', converter: { deviceInfo, ...converter }, ...mapping }],
  });
  if (value === undefined) throw new Error(JSON.stringify(problems));
  expect(idle).toEqual([]);
  const up = uplink(value, undefined, converters);
  const all = up({ topic: 'a/topicKey', payload: Buffer.from(payload), retained: false }, 0);
  return all.map((one) => ('kind' in one ? one.kind : one.report));
};
const json = (...timeseries: readonly object[]) => ({ type: 'json', timeseries });

describe('what a mapping says of reporting', () => {
  it('is nothing if it says nothing', () =>
    expect(said({}, json({ key: 'k', value: '1' }), '{}')).toEqual([undefined]));

  it('is that of its converter, else its own', () => {
    const points = json({ key: 'k', value: '1' });
    expect(said({ reportStrategy: strategy(1) }, points, '{}')).toEqual([{ device: full(1) }]);
    expect(said({ reportStrategy: strategy(1) }, { ...points, reportStrategy: strategy(2) }, '{}')).toEqual([
      { device: full(2) },
    ]);
  });

  it('is said of each key that has its own, by the name that it has in the message', () => {
    const points = json(
      { key: 'k', value: '1', reportStrategy: strategy(1) },
      { key: '${n}', value: '1', reportStrategy: strategy(2) },
      { key: '[^/]+$', keySource: 'topic', value: '1', reportStrategy: strategy(3) },
      { key: 'other', value: '1' },
    );
    expect(said({}, points, '{"n":"named"}')).toEqual([
      { telemetry: { k: full(1), named: full(2), topicKey: full(3) } },
    ]);
    expect(said({}, points, '[{"n":"one"},{"n":"two"}]')).toEqual([
      { telemetry: { k: full(1), one: full(2), two: full(2), topicKey: full(3) } },
    ]);
  });

  it('keeps attributes and telemetry apart', () => {
    const point = { key: 'k', value: '1' };
    const both = {
      type: 'json',
      attributes: [{ ...point, reportStrategy: strategy(1) }],
      timeseries: ['*', { ...point, reportStrategy: strategy(2) }],
    };
    expect(said({}, both, '{}')).toEqual([{ attributes: { k: full(1) }, telemetry: { k: full(2) } }]);
  });

  it('names the keys of bytes as their converter does', () => {
    const bytes = { type: 'bytes', timeseries: [{ key: 'k[0:2]', value: '[:]', reportStrategy: strategy(1) }] };
    expect(said({}, bytes, 'AM12')).toEqual([{ telemetry: { kAM: full(1) } }]);
  });

  it('holds for a custom converter as a whole', () => {
    const made = new Map([
      [
        'mapping[0] (#)',
        () => [{ device: 'c', profile: 'default', telemetry: [{ values: { k: 1 } }], attributes: {} }],
      ],
    ]);
    expect(said({ reportStrategy: strategy(1) }, { extension: 'X' }, '{}', made)).toEqual([{ device: full(1) }]);
  });

  it('is a key of its own, whatever its name', () => {
    const [report] = said({}, json({ key: '${n}', value: '1', reportStrategy: strategy(1) }), '{"n":"__proto__"}');
    expect(JSON.stringify(report)).toBe(`{"telemetry":{"__proto__":${JSON.stringify(full(1))}}}`);
  });
});
