import { connect } from 'mqtt';

/*
 * The yardstick: one QoS 1 subscription on the device broker, and each message published by itself to the platform with QoS 1. No storage,
 * no conversion beyond the wrapping of the payload; the broker gets its PUBACK before the platform has the message. MQTT 5 on both
 * sides. `node pass-through.mjs BROKER_PORT PLATFORM_PORT`, compiled beforehand, so that no loader is measured with it.
 */
const [brokerPort, platformPort] = process.argv.slice(2).map(Number);

const platform = connect({
  host: '127.0.0.1',
  port: platformPort!,
  protocolVersion: 5,
  username: 'TOKEN',
  keepalive: 120,
});
const broker = connect({
  host: '127.0.0.1',
  port: brokerPort!,
  protocolVersion: 5,
  clientId: 'pass-through',
  clean: false,
  properties: { sessionExpiryInterval: 3600 },
});

const known = new Set<string>();

broker.on('connect', () => broker.subscribe('sensor/+/data', { qos: 1 }));
broker.on('message', (topic, payload) => {
  const device = topic.slice('sensor/'.length, -'/data'.length);
  if (!known.has(device)) {
    known.add(device);
    platform.publish('v1/gateway/connect', `{"device":"${device}","type":"Thermometer"}`, { qos: 1 });
  }
  const wrapped = `{"${device}":[{"ts":${Date.now()},"values":${payload.toString('utf8')}}]}`;
  platform.publish('v1/gateway/telemetry', wrapped, { qos: 1 });
});

for (const client of [platform, broker])
  client.on('error', (error) => {
    console.error(error);
    process.exit(1);
  });
process.on('SIGTERM', () => process.exit(0));
