import type { MqttClient, Packet } from 'mqtt';

const MALFORMED = Object.assign(new Error('the peer sent a malformed packet'), { code: 'ERR_MALFORMED_PACKET' });

/** What may be answered: 0 stands for no id, and -1 is what the library reads where a packet ends too soon. */
const isId = (id: unknown): boolean => Number.isInteger(id) && Number(id) > 0 && Number(id) <= 65_535;

const needsId = (packet: Packet): boolean =>
  packet.cmd === 'publish' ? packet.qos > 0 : ['puback', 'pubrec', 'pubrel', 'pubcomp'].includes(packet.cmd);

/** Those that the library answers. An acknowledgement keeps the id that belongs to nobody, or it would be somebody else's. */
const isAnswered = ({ cmd }: Packet): boolean => cmd === 'publish' || cmd === 'pubrel';

/**
 * Ends an MQTT connection over which a packet without its id came.
 *
 * Promises: it cannot end the process. mqtt.js would acknowledge the id -1, and throw where nobody can catch it; so what it would answer gets an id that can be
 * written, and the connection is gone before anything is. Whoever listens to the client's errors is told why.
 */
export const dropMalformed = (client: Pick<MqttClient, 'on' | 'stream'>): void => {
  client.on('packetreceive', (packet) => {
    if (!needsId(packet) || isId(packet.messageId)) return;
    if (isAnswered(packet)) packet.messageId = 1;
    client.stream.destroy(MALFORMED);
  });
};
