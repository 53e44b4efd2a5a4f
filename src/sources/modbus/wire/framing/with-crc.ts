import { crc16 } from './crc-16.js';

/** A message with its CRC behind it. */
export const withCrc = (adu: Buffer): Buffer => {
  const bytes = Buffer.allocUnsafe(adu.length + 2);
  adu.copy(bytes);
  bytes.writeUInt16LE(crc16(adu), adu.length);
  return bytes;
};
