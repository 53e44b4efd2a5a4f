import type { Socket } from 'node:net';
import { generate, type Packet } from 'mqtt-packet';

/**
 * The sending half of one connection. Packets of one turn of the event loop leave in one write; nothing leaves while `held()`.
 * `end` sends what waits, then closes, reading on for a second so that the peer gets the last packets rather than a reset.
 */
export const wire = (socket: Socket, held: () => boolean) => {
  let version = 4;
  let waiting: Buffer[] = [];
  let scheduled = false;
  let ending = false;

  const flush = (): void => {
    scheduled = false;
    if (held() || socket.destroyed) return;
    if (waiting.length > 0) socket.write(waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting));
    waiting = [];
    if (!ending) return;
    socket.end();
    setTimeout(() => socket.destroy(), 1000).unref();
  };
  const later = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  const write = (bytes: Buffer): void => {
    if (ending) return;
    waiting.push(bytes);
    later();
  };
  return {
    flush,
    speak: (protocolVersion: number) => void (version = protocolVersion),
    version: () => version,
    ended: () => ending,
    send: (packet: Packet) => write(generate(packet, { protocolVersion: version })),
    puback: (messageId: number, reason: number): void =>
      version === 5 && reason !== 0
        ? write(generate({ cmd: 'puback', messageId, reasonCode: reason }, { protocolVersion: 5 }))
        : write(Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff])),
    /** Says DISCONNECT with the code (v5, when there is a code), then closes. */
    end: (code?: number): void => {
      if (ending) return;
      if (version === 5 && code !== undefined)
        write(generate({ cmd: 'disconnect', reasonCode: code }, { protocolVersion: 5 }));
      ending = true;
      later();
    },
  };
};

export type Wire = ReturnType<typeof wire>;
