import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { modbusConfig } from '../../../src/sources/modbus/config.js';
import { describePlan } from '../../../src/sources/modbus/describe-plan.js';
import { endpointOf } from '../../../src/sources/modbus/endpoint-of.js';

const described = (raw: unknown): string => describePlan(decode(modbusConfig, raw).value!);
const least = { method: 'socket', unitId: 1, pollPeriod: 1000, deviceName: 'D', host: 'h', port: 502 };

describe('the plan for a person', () => {
  it('of the incumbent’s sample', () => {
    const path = '../../fixtures/compat/thingsboard_gateway/config/modbus.json';
    expect(described(JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')))).toBe(
      `Demo Device (tcp 127.0.0.1:5021, unit 1): 5 keys every 1000 ms
  one by one: 5 requests
    2: 1 holding register (3), for power
    3: 1 holding register (3), for frequency
    0: 1 holding register (3), for temperature
    1: 1 holding register (3), for humidity
    1: 1 coil (1), for relay
  as planned: 2 requests
    1: 1 coil (1), for relay
    0-3: 4 holding registers (3), for temperature, humidity, power, frequency`,
    );
  });
  it('says what is not planned, and shortens long lists', () => {
    const timeseries = [{ tag: 't', type: '16int', functionCode: 4, address: '0-15' }];
    expect(described({ master: { slaves: [{ ...least, timeseries, mergeRequests: false }] } })).toBe(
      `D (tcp h:502, unit 1): 16 keys every 1000 ms
  one by one: 1 request
    0-15: 16 input registers (4), for t_0, t_1, t_2, t_3, t_4, t_5, t_6, t_7 and 8 more
  so it is: mergeRequests is false`,
    );
    expect(described({ master: { slaves: [least] } })).toContain('nothing is polled');
    expect(described({})).toBe('No slave is polled.');
  });
  it('has the local slave where it is a device', () => {
    const slave = { ...least, values: { discrete_inputs: { timeseries: [{ tag: 'x', type: 'bits', address: 0 }] } } };
    expect(described({ slave })).toBe('No slave is polled.');
    expect(described({ slave: { ...slave, sendDataToThingsBoard: true } })).toContain('1 discrete input (2), for x');
  });
});

describe('where a slave is reached', () => {
  it.each<[Parameters<typeof endpointOf>[0], boolean, object]>([
    [{ type: 'tcp', method: 'rtu', host: 'h', port: 5 }, false, { kind: 'tcp', host: 'h', port: 5, name: 'tcp h:5' }],
    [{ type: 'tcp', method: 'socket', host: 'h' }, true, { kind: 'tls', host: 'h', port: 802, name: 'tls h:802' }],
    [
      { type: 'tcp', method: 'tls', host: '::1', port: 5 },
      false,
      { kind: 'tls', host: '::1', port: 5, name: 'tls [::1]:5' },
    ],
    [{ type: 'udp', method: 'socket', host: 'h', port: 5 }, true, { kind: 'udp', host: 'h', port: 5, name: 'udp h:5' }],
    [
      { type: 'serial', method: 'rtu', port: '/dev/ttyS0' },
      false,
      { kind: 'serial', path: '/dev/ttyS0', name: 'serial /dev/ttyS0' },
    ],
  ])('%j, secured %j', (slave, secured, endpoint) => expect(endpointOf(slave, secured)).toEqual(endpoint));
});
