import { describe, expect, it } from 'vitest';
import { decode } from '../../../../src/model/decode.js';
import { mqttConfig } from '../../../../src/sources/mqtt/config.js';
import { uplink } from '../../../../src/sources/mqtt/uplink.js';

const named = (source: string, name: string, profile?: readonly [string, string]) => ({
  deviceNameExpressionSource: source,
  deviceNameExpression: name,
  ...(profile ? { deviceProfileExpressionSource: profile[0], deviceProfileExpression: profile[1] } : {}),
});
const config = (file: object) =>
  decode(mqttConfig, { broker: { host: 'h', security: { type: 'anonymous' } }, ...file }).value!;
const raw = (topic: string, payload = '') => ({ topic, payload: Buffer.from(payload), retained: false });

describe('connect and disconnect requests', () => {
  it.each([
    ['message', '${d}', '{"d":5}', '5'],
    ['message', 'dev-${d.e}', '{"d":{"e":"x"}}', 'dev-x'],
    ['message', '${d}', '{}', '${d}'],
    ['constant', 'D', 'no JSON', 'D'],
    ['topic', '([^/]+)/(come)', '', 'x/come'],
  ])('take the name from the %s by %s', (source, expression, payload, device) => {
    const connectRequests = [{ topicFilter: '+/come', deviceInfo: named(source, expression) }];
    expect(uplink(config({ connectRequests }))(raw('x/come', payload), 0)).toEqual([
      { kind: 'connected', device, profile: 'default' },
    ]);
  });

  it.each([
    ['topic', '^[^/]+', 'x'],
    ['topic', 'none', 'none'],
    ['message', '${p}', 'thermo'],
    ['constant', '', 'default'],
  ])('take the profile from the %s by %j', (source, expression, profile) => {
    const connectRequests = [{ topicFilter: '+/come', deviceInfo: named('constant', 'D', [source, expression]) }];
    const [said] = uplink(config({ connectRequests }))(raw('x/come', '{"p":"thermo"}'), 0);
    expect(said).toMatchObject({ profile });
  });

  it.each([
    ['message', '${d}', '', 'the payload is not JSON'],
    ['message', '${d}', '{"d":""}', 'the device name is empty'],
    ['topic', 'none', '{}', 'the topic names no device'],
  ])('fail where the %s gives no name by %s', (source, expression, payload, why) => {
    const connectRequests = [{ topicFilter: 'c', deviceInfo: named(source, expression) }];
    expect(() => uplink(config({ connectRequests }))(raw('c', payload), 0)).toThrow(
      `connectRequests[0] (c) could not convert a message of ${payload.length} bytes: ${why}`,
    );
  });

  it('are looked at only where no mapping matches, connects before disconnects, each that matches', () => {
    const deviceInfo = named('constant', 'D');
    const up = uplink(
      config({
        mapping: [{ topicFilter: 'a', converter: { type: 'json', deviceInfo, timeseries: '*' } }],
        connectRequests: [
          { topicFilter: '+', deviceInfo },
          { topicFilter: 'b', deviceInfo: named('constant', 'E') },
        ],
        disconnectRequests: [
          { topicFilter: 'b', deviceInfo },
          { topicFilter: 'c/#', deviceInfo },
        ],
      }),
    );
    const kinds = (topic: string) =>
      up(raw(topic, '{}'), 0).map((said) => ('kind' in said ? `${said.kind} ${said.device}` : 'data'));
    expect(kinds('a')).toEqual([]);
    expect(kinds('b')).toEqual(['connected D', 'connected E']);
    expect(kinds('c/d')).toEqual(['disconnected D']);
    expect(kinds('e/f')).toEqual([]);
  });
});
