import type { MqttClient } from 'mqtt';
import { plainClient } from '../peers/plain-client.js';

/** How often the load publishes its share, in ms. */
const TICK = 10;

const numbered = (seq: number): string => JSON.stringify({ seq });

export interface DevicesOptions {
  readonly port: number;
  /** How many; their names are `device-0` and so on. Default 10. */
  readonly count?: number;
  /** The text of a message; default `{"seq":n}`. */
  readonly payload?: (seq: number) => string;
  readonly login?: { readonly username: string; readonly password: string };
}

/**
 * Devices that publish at QoS 1 straight to their broker, each numbering its messages from 0. One MQTT connection stands for
 * all of them, so that the order of each is the order of the numbers.
 */
export const startDevices = async ({ port, count = 10, payload = numbered, login }: DevicesOptions) => {
  const { client, close } = await plainClient(port, { protocolVersion: 4, ...login });
  const names = Array.from({ length: count }, (_, i) => `device-${i}`);
  const next = new Map(names.map((name) => [name, 0]));
  const unfinished = new Set<Promise<unknown>>();
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;

  const publish = (topic: string, body: string | Buffer): Promise<unknown> => {
    const done = client.publishAsync(topic, body, { qos: 1 });
    unfinished.add(done);
    void done.finally(() => unfinished.delete(done));
    return done;
  };
  /** The next message of the next device. */
  const one = (): void => {
    const name = names[sent % count]!;
    const seq = next.get(name)!;
    next.set(name, seq + 1);
    sent += 1;
    void publish(`sensor/${name}/data`, payload(seq));
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
    client: client satisfies MqttClient,
    names,
    sent: () => sent,
    publish,
    /** So many messages at once, in turn. */
    burst: async (messages: number): Promise<void> => {
      for (let i = 0; i < messages; i += 1) one();
      await flushed();
    },
    /** Publishes on and on. What the clock asks for is sent, however late a tick comes. */
    load: (perSecond: number): void => {
      const began = Date.now();
      const before = sent;
      timer = setInterval(() => {
        const due = before + Math.floor(((Date.now() - began) * perSecond) / 1000);
        while (sent < due) one();
      }, TICK);
    },
    pause,
    close: async (): Promise<void> => {
      clearInterval(timer);
      await close();
    },
  };
};

export type Devices = Awaited<ReturnType<typeof startDevices>>;
