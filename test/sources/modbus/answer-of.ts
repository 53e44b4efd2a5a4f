/** Registers or bits as the bytes of an answer: registers with their high byte first, bits eight to a byte, the least significant first. */
export const answerOf = (values: readonly (number | boolean)[]): Buffer => {
  const bits = typeof values[0] === 'boolean';
  const bytes = Buffer.alloc(bits ? Math.ceil(values.length / 8) : values.length * 2);
  values.forEach((value, i) => {
    if (!bits) bytes.writeUInt16BE(Number(value), i * 2);
    else if (value === true) bytes[i >> 3]! |= 1 << (i & 7);
  });
  return bytes;
};
