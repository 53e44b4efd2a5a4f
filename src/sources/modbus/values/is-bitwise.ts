const codes: ReadonlySet<number> = new Set([1, 2, 5, 15]);

/** True of function codes that read or write single bits; the others do registers. */
export const isBitwise = (functionCode: number): boolean => codes.has(functionCode);
