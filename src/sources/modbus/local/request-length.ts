/** Unit, function code, address, value or count, and check. */
const PLAIN = 8;
/** The same with the count of bytes. */
const LIST = 9;
/** Unit, function code, MEI, kind, object, and check. */
const IDENTIFICATION = 7;
const SHORTEST = 4;

/**
 * The length of a request to this unit, or to all (0), with its CRC, as it tells it at this place: 0 if none begins there, -1 if more has to come. What has a
 * function code that we do not know ends where the bytes end. A list whose count of bytes is not that of its values is none: on a line with other slaves their
 * answers pass by, and nothing in them may look like a long message that we then wait for.
 */
export const requestLength = (unitId: number, bytes: Buffer, at: number): number => {
  if (bytes[at] !== unitId && bytes[at] !== 0) return 0;
  const code = bytes[at + 1];
  if (code === undefined) return -1;
  if (code >= 1 && code <= 6) return PLAIN;
  if (code === 43) return IDENTIFICATION;
  if (code === 15 || code === 16) {
    if (bytes.length - at < LIST - 2) return -1;
    const values = bytes.readUInt16BE(at + 4);
    const count = bytes[at + 6];
    return count === (code === 16 ? values * 2 : Math.ceil(values / 8)) ? LIST + count : 0;
  }
  return bytes.length - at < SHORTEST ? 0 : bytes.length - at;
};
