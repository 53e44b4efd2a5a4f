import type { IConnectPacket } from 'mqtt-packet';
import type { Accepted } from './contract.js';

/**
 * The MQTT 5 CONNACK reason for a CONNECT: 0, or the refusal that the platform picks by what was presented (134, 133 or 135).
 * Source: the platform's MQTT contract, §1.3 and §1.4.
 */
export const credentials = (packet: IConnectPacket, accepted: Accepted): number => {
  const username = packet.username ?? '';
  const password = packet.password?.toString('utf8') ?? '';
  const ok =
    'accessToken' in accepted
      ? username === accepted.accessToken
      : (accepted.clientId ?? packet.clientId) === packet.clientId &&
        (accepted.username ?? username) === username &&
        (accepted.password ?? password) === password;
  if (ok) return 0;
  const all = username !== '' && password !== '' && packet.clientId !== '';
  if (all || (username !== '') !== (password !== '')) return 134;
  return username === '' && password === '' && packet.clientId !== '' ? 133 : 135;
};
