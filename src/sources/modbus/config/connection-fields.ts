import * as t from 'io-ts';
import type { Mistake } from '../../../model/checked.js';
import { defaulted, optional, refine, required } from '../../../model/codec.js';
import { anyCase } from './any-case.js';
import { order } from './point-fields.js';
import { whole } from '../../../model/whole.js';

const text = refine(t.string, (value) => value !== '', 'a text');

const isPort = (n: number): boolean => Number.isInteger(n) && n >= 1 && n <= 65_535;
const port = new t.Type<number | string, unknown>(
  'a port (1 to 65535), or the name of a serial device',
  (value): value is number | string => typeof value === 'number' || typeof value === 'string',
  (input, context) => {
    const given = typeof input === 'string' && /^\s*\d+\s*$/.test(input) ? Number(input) : input;
    const right = typeof given === 'number' ? isPort(given) : typeof given === 'string' && given.trim() !== '';
    return right ? t.success(given as number | string) : t.failure(input, context);
  },
  t.identity,
);

/** How a slave is reached, or the local slave serves: keys that both have. */
export const connectionFields = {
  type: defaulted(anyCase(['tcp', 'udp', 'serial'], 'tcp, udp or serial'), 'tcp', 'The kind of connection.'),
  host: optional(text, 'Host name or address; none for `serial`.'),
  port: optional(port, 'TCP or UDP port (with TLS 802 if absent), or the serial device, such as /dev/ttyUSB0.'),
  method: required(
    anyCase(['socket', 'rtu', 'ascii', 'tls'], 'socket, rtu, ascii or tls'),
    'How messages are framed: socket is Modbus TCP; rtu and ascii also over TCP and UDP; tls is socket within TLS.',
  ),
  byteOrder: defaulted(order, 'LITTLE', 'Order of the two bytes of a register.'),
  wordOrder: defaulted(order, 'LITTLE', 'Order of the registers of one value.'),
  repack: defaulted(
    t.boolean,
    false,
    'Written registers are read once more in `byteOrder`: with LITTLE, their bytes change places.',
  ),
  baudrate: defaulted(whole('bits a second', 50, 4_000_000), 19_200, 'Serial: bits a second.'),
  bytesize: defaulted(whole('a number of bits', 5, 8), 8, 'Serial: data bits.'),
  stopbits: defaulted(whole('a number of bits', 1, 2), 1, 'Serial: stop bits.'),
  parity: defaulted(anyCase(['N', 'E', 'O'], 'N, E or O'), 'N', 'Serial: no, even or odd parity.'),
};

interface Connection {
  readonly type: 'tcp' | 'udp' | 'serial';
  readonly method: 'socket' | 'rtu' | 'ascii' | 'tls';
  readonly host?: string;
  readonly port?: number | string;
}

/** What a connection lacks, or has that does not go together. `secured`: it has a section of its own for TLS. */
export const connectionMistakes = ({ type, method, host, port }: Connection, secured: boolean): readonly Mistake[] => {
  const serial = type === 'serial';
  const tls = secured || method === 'tls';
  const portIsMissing = port === undefined ? serial || !tls : typeof port !== (serial ? 'string' : 'number');
  return [
    ...(!serial && host === undefined ? [{ key: 'host', expected: 'a host, as the type is not serial' }] : []),
    ...(portIsMissing
      ? [{ key: 'port', expected: serial ? 'the name of a serial device' : 'a port (1 to 65535)' }]
      : []),
    ...(serial && (method === 'socket' || method === 'tls')
      ? [{ key: 'method', expected: 'rtu or ascii, as the type is serial' }]
      : []),
    ...(type === 'udp' && method === 'tls'
      ? [{ key: 'method', expected: 'socket, rtu or ascii, as the type is udp' }]
      : []),
  ];
};
