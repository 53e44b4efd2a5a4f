/** An exception: unit, function code, number and check. */
const EXCEPTION = 5;
/** A write: unit, function code, address, value or count, and check. */
const WRITTEN = 8;
/** The flag of a function code that says that this is an exception. */
const REFUSED = 0x80;

/** The length of the answer to a request, with its CRC, as the answer itself tells it at this place: 0 if none begins there, -1 if more has to come. */
export const answerLength = (request: Buffer, bytes: Buffer, at: number): number => {
  if (bytes[at] !== request[0]) return 0;
  const code = bytes[at + 1];
  if (code === undefined) return -1;
  if (code === (request[1]! | REFUSED)) return EXCEPTION;
  if (code !== request[1]) return 0;
  if (code > 4) return WRITTEN;
  const count = bytes[at + 2];
  return count === undefined ? -1 : count + 5;
};
