const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

/** The check of rtu messages (CRC-16 of Modbus) over the bytes from `from` up to `to`. It is sent with its low byte first. */
export const crc16 = (bytes: Buffer, from = 0, to = bytes.length): number => {
  let crc = 0xffff;
  for (let i = from; i < to; i += 1) crc = (crc >> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
  return crc;
};
