import type { Alter } from './fault-proxy.js';

/** Ways of making the proof fail, each in another of its checks. */
export const sabotages = ['lose', 'swap', 'repeat', 'bloat'] as const;
export type Sabotage = (typeof sabotages)[number];

const NUMBER = /"seq":(\d+)/;
const numberIn = (packet: Buffer): string | undefined => NUMBER.exec(packet.toString('latin1'))?.[1];
const renumbered = (packet: Buffer, from: string, to: string): Buffer =>
  Buffer.from(packet.toString('latin1').replace(`"seq":${from}`, `"seq":${to}`), 'latin1');
const isPublish = (packet: Buffer): boolean => packet[0]! >> 4 === 3;

/** One message gets the number of the one before it: its device was told that it is safe, and it never arrives. */
const lose = (): Alter => {
  let done = false;
  return (packet) => {
    const seq = isPublish(packet) ? numberIn(packet) : undefined;
    if (done || seq?.length !== 2 || seq.endsWith('0')) return [packet];
    done = true;
    return [renumbered(packet, seq, String(Number(seq) - 1))];
  };
};

/** Two messages of one device change their numbers: both arrive, the later one first. */
const swap = (): Alter => {
  const later = new Map<string, string>();
  let done = false;
  return (packet) => {
    const seq = isPublish(packet) ? numberIn(packet) : undefined;
    if (seq === undefined) return [packet];
    const device = /sensor\/([^/]+)\//.exec(packet.toString('latin1'))?.[1] ?? '';
    if (later.get(device) === seq) {
      later.delete(device);
      return [renumbered(packet, seq, String(Number(seq) - 1))];
    }
    if (done || seq.length !== 2 || seq.endsWith('9')) return [packet];
    done = true;
    const next = String(Number(seq) + 1);
    later.set(device, next);
    return [renumbered(packet, seq, next)];
  };
};

/** What a sabotage does on the line from the device broker to the gateway, behind the tap. */
export const altered = (sabotage: Sabotage | undefined): Alter | undefined =>
  sabotage === 'lose' ? lose() : sabotage === 'swap' ? swap() : undefined;
