/** The i-th bit of an answer: eight to a byte, the least significant first. */
export const bitAt = (payload: Buffer, i: number): boolean => ((payload[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
