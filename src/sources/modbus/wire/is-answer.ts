/** Bytes of the values that a request to read asks for. */
const valueBytes = (request: Buffer): number => {
  const count = request.readUInt16BE(4);
  return request[1]! < 3 ? Math.ceil(count / 8) : count * 2;
};

/**
 * Whether a message is the answer to a request, as far as its content tells: same unit and function code, as many values as were asked for, and of a write
 * its place and its value or count. An exception of the same function code is one.
 */
export const isAnswer = (request: Buffer, adu: Buffer): boolean => {
  const code = request[1]!;
  if (adu[0] !== request[0]) return false;
  if (adu[1] === (code | 0x80)) return adu.length === 3;
  if (adu[1] !== code) return false;
  if (code > 4) return adu.length === 6 && adu.compare(request, 2, 6, 2, 6) === 0;
  const bytes = valueBytes(request);
  return adu[2] === bytes && adu.length === bytes + 3;
};
