import { connect } from 'mqtt';

/** A device that measures: what it publishes, where, and how often (ms). */
interface Device {
  readonly name: string;
  readonly topic: string;
  readonly every: number;
  readonly reading: (n: number) => object;
}

const wave = (n: number, middle: number, swing: number): number =>
  Math.round((middle + swing * Math.sin(n / 9) + Math.random()) * 10) / 10;

const thermometer = (name: string): Device => ({
  name,
  topic: `sensor/${name}/data`,
  every: 400,
  reading: (n) => ({ temp: wave(n, 21, 4), hum: wave(n, 55, 10), sensorModel: 'T1000', seq: n }),
});

// The device's own clock: the reading keeps its time however late it arrives.
const meter = (name: string): Device => ({
  name,
  topic: `meter/${name}/power`,
  every: 250,
  reading: (n) => ({ ts: Date.now(), power: { watts: wave(n, 2300, 400), volts: wave(n, 230, 3) }, seq: n }),
});

const tank = (name: string): Device => ({
  name,
  topic: 'tanks',
  every: 1000,
  reading: (n) => ({ name, level: wave(n, 70, 20), pump: n % 20 < 10, seq: n }),
});

const plant: readonly Device[] = [
  ...['hall-north', 'hall-south', 'cold-store', 'boiler-room'].map(thermometer),
  ...['line-1', 'line-2'].map(meter),
  ...['tank-α', 'tank-β'].map(tank),
];

/**
 * Eight simulated devices, each a real MQTT client of its own that publishes with QoS 1. `sent` counts what the broker has acknowledged to
 * them: from there on it must not be lost.
 */
export const startDevices = (port: number) => {
  const sent = new Map(plant.map(({ name }) => [name, 0]));
  const running = plant.map((device) => {
    const client = connect({ host: '127.0.0.1', port, clientId: device.name, reconnectPeriod: 500 });
    let n = 0;
    const timer = setInterval(() => {
      n += 1;
      client.publish(device.topic, JSON.stringify(device.reading(n)), { qos: 1 }, (error) => {
        if (!error) sent.set(device.name, (sent.get(device.name) ?? 0) + 1);
      });
    }, device.every);
    return { client, timer };
  });
  return {
    count: plant.length,
    rate: plant.reduce((sum, { every }) => sum + 1000 / every, 0),
    sent: (): number => [...sent.values()].reduce((sum, n) => sum + n, 0),
    /** No more readings; resolves when the broker has all. */
    stop: async (): Promise<void> => {
      running.forEach(({ timer }) => clearInterval(timer));
      await Promise.all(running.map(({ client }) => client.endAsync()));
    },
  };
};
