import { halfFloat } from './half-float.js';
import { layoutOf } from './layout-of.js';
import type { Orders } from './layout-of.js';

type Kind = 'int' | 'uint' | 'float';

const readers: Readonly<Record<string, (big: Buffer) => number | bigint>> = {
  int1: (big) => big.readInt8(0),
  uint1: (big) => big.readUInt8(0),
  int2: (big) => big.readInt16BE(0),
  uint2: (big) => big.readUInt16BE(0),
  float2: (big) => halfFloat.from(big.readUInt16BE(0)),
  int4: (big) => big.readInt32BE(0),
  uint4: (big) => big.readUInt32BE(0),
  float4: (big) => big.readFloatBE(0),
  int8: (big) => big.readBigInt64BE(0),
  uint8: (big) => big.readBigUInt64BE(0),
  float8: (big) => big.readDoubleBE(0),
};

/** Makes a function that reads one number from the bytes of its registers, which begin at `from`. There must be enough of them. */
export const readNumber = (
  kind: Kind,
  bytes: number,
  orders: Orders,
): ((payload: Buffer, from: number) => number | bigint) => {
  const layout = layoutOf(bytes, orders);
  const read = readers[`${kind}${bytes}`]!;
  const big = Buffer.alloc(bytes);
  return (payload, from) => {
    for (let k = 0; k < bytes; k += 1) big[k] = payload[from + layout[k]!]!;
    return read(big);
  };
};
