import { ascii } from './ascii.js';
import type { Framing } from './framing.js';
import { mbap } from './mbap.js';
import { rtu } from './rtu.js';

/** The framing of each `method`. `tls` is that of Modbus TCP, within TLS (Modbus/TCP Security, 5). */
export const framingOf: Readonly<Record<'socket' | 'tls' | 'rtu' | 'ascii', Framing>> = {
  socket: mbap,
  tls: mbap,
  rtu,
  ascii,
};
