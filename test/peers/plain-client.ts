import { connect, type IClientOptions, type IDisconnectPacket, type MqttClient } from 'mqtt';

/**
 * A plain mqtt.js client of a platform or a broker: MQTT 5, token TOKEN, no reconnecting. Resolves after CONNACK; rejects with the
 * refusal, or when the connection ends first. `ended` resolves with the
 * server's DISCONNECT code, or undefined, when the connection closes.
 */
export const plainClient = async (port: number, options: IClientOptions = {}) => {
  const client: MqttClient = connect({
    host: '127.0.0.1',
    port,
    protocolVersion: 5,
    username: 'TOKEN',
    reconnectPeriod: 0,
    ...options,
  });
  let code: number | undefined;
  client.on('disconnect', (packet: IDisconnectPacket) => (code = packet.reasonCode));
  const ended = new Promise<number | undefined>((resolve) => client.once('close', () => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed before CONNACK')));
  });
  client.on('error', () => undefined);

  /** Publishes at QoS 1 and resolves with the PUBACK reason; never, when none comes; `closed` when the connection ends first. */
  const publish = (topic: string, payload: unknown): Promise<number | 'closed'> =>
    new Promise((resolve) => {
      client.publish(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1 }, (error) => {
        const reason = error ? (error as { code?: unknown }).code : 0;
        if (typeof reason === 'number') resolve(reason);
      });
      void ended.then(() => setImmediate(resolve, 'closed'));
    });
  return { client, publish, ended, close: () => client.endAsync(true) };
};
