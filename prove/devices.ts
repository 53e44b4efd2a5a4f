import type { MqttClient } from 'mqtt';
import { plainClient } from '../test/peers/plain-client.js';

/** How often the load publishes its share, in ms. */
const TICK = 10;
/** At most so many wait for their broker. */
const AT_ONCE = 2_000;

export interface DevicesOptions {
  /** Default 20. */
  readonly count?: number;
  /** Bytes of each message beside its number. Default 60. */
  readonly filler?: number;
}

/**
 * Devices that publish at QoS 1 straight to their broker, each numbering its messages from 0: one MQTT connection for all of them, so that
 * the order of each is the order of its numbers. They are their own ledger of what was `sent`.
 */
export const startDevices = async (port: number, { count = 20, filler = 60 }: DevicesOptions = {}) => {
  const names = Array.from({ length: count }, (_, i) => `device-${i}`);
  const padding = 'x'.repeat(filler);
  const elsewhere = new Map<string, number>();
  const unfinished = new Set<Promise<unknown>>();
  let line = await plainClient(port, { protocolVersion: 4 });
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;

  const publish = (client: MqttClient, nth: number, more: string): void => {
    const topic = `sensor/${names[nth % count]!}/data`;
    const payload = `{"seq":${Math.floor(nth / count)},"filler":"${padding}"${more}}`;
    const done = client.publishAsync(topic, payload, { qos: 1 }).catch(() => undefined);
    unfinished.add(done);
    void done.finally(() => unfinished.delete(done));
  };
  const one = (more = ''): void => {
    publish(line.client, sent, more);
    sent += 1;
  };
  /** Waits until the broker has all that was published. */
  const flushed = async (): Promise<void> => {
    while (unfinished.size > 0) await Promise.all(unfinished);
  };
  const pause = async (): Promise<void> => {
    clearInterval(timer);
    await flushed();
  };

  return {
    names,
    sent: () => sent,
    /** Another device has sent its next message, to another connector. */
    sentElsewhere: (device: string): void => void elsewhere.set(device, (elsewhere.get(device) ?? 0) + 1),
    /** How many messages each device has sent. */
    sentBy: (device: string): number => {
      const i = names.indexOf(device);
      return i < 0 ? (elsewhere.get(device) ?? 0) : Math.floor(sent / count) + (i < sent % count ? 1 : 0);
    },
    /** So many messages at once, in turn. `more` stands within the JSON of each. */
    burst: async (messages: number, more = ''): Promise<void> => {
      for (let i = 0; i < messages; i += 1) {
        one(more);
        if (i % AT_ONCE === AT_ONCE - 1) await flushed();
      }
      await flushed();
    },
    /** Says the first so many messages once more. */
    repeat: async (messages: number): Promise<void> => {
      for (let i = 0; i < messages; i += 1) publish(line.client, i, '');
      await flushed();
    },
    /** Publishes on and on. What the clock asks for is sent, however late a tick comes. */
    load: (perSecond: number): void => {
      clearInterval(timer);
      const began = performance.now();
      const before = sent;
      timer = setInterval(() => {
        const due = before + Math.floor(((performance.now() - began) * perSecond) / 1000);
        while (sent < due && unfinished.size < AT_ONCE) one();
      }, TICK);
    },
    pause,
    /** Once more, after the broker was away. */
    reconnect: async (): Promise<void> => {
      line = await plainClient(port, { protocolVersion: 4 });
    },
    close: async (): Promise<void> => {
      clearInterval(timer);
      await line.close();
    },
  };
};

export type Devices = Awaited<ReturnType<typeof startDevices>>;
