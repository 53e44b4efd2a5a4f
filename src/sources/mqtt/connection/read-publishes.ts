import type { Duplex, Writable } from 'node:stream';
import type { MqttClient } from 'mqtt';
import { packets } from './packets.js';
import type { Takers } from './packets.js';

type Build = (client: MqttClient) => Duplex;

/**
 * Puts a reader of our own in front of mqtt.js's: what is plain goes to `publish`, everything else to mqtt.js as if it had read it itself. Called before
 * the client connects.
 *
 * Promises: one packet at a time and in the order of the wire, whoever reads it; nothing more is read while one waits. It takes hold of mqtt.js where it
 * joins the stream to its parser, which is why its version is pinned.
 */
export const readPublishes = (client: MqttClient, publish: Takers['publish'], mqttVersion: 3 | 4 | 5): void => {
  const inside = client as unknown as { streamBuilder: Build };
  const build = inside.streamBuilder;
  inside.streamBuilder = (given) => {
    const stream = build(given);
    stream.pipe = <T extends NodeJS.WritableStream>(parser: T): T => {
      const target = parser as unknown as Writable;
      const reader = packets(
        { publish, other: (bytes, next) => target.write(bytes, next), drained: () => stream.resume() },
        mqttVersion,
      );
      stream.on('data', (bytes: Buffer) => {
        reader.feed(bytes);
        if (reader.waits()) stream.pause();
      });
      stream.once('end', () => target.end());
      return parser;
    };
    return stream;
  };
};
