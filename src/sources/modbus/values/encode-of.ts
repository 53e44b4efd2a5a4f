import type { Json } from '../../../model/message.js';
import type { Order, Orders } from './layout-of.js';
import { writeOf } from './write-of.js';
import type { Writable, Write } from './write-of.js';

/** Where something is written. Its orders, where they are others than the slave's. */
export type Writing = Omit<Writable, 'repack' | keyof Orders> & {
  readonly tag: string;
  readonly byteOrder?: Order;
  readonly wordOrder?: Order;
};

/** Makes the write of a value. Throws an RpcError for a value that cannot be written there. */
export type Encode = (rule: Writing, value: Json) => Write;

/** What a slave says of how its values are laid out. */
export type Ordered = Orders & { readonly repack: boolean };

/** How the values of a slave are written, as its configuration says it. */
export const encodeOf =
  ({ byteOrder, wordOrder, repack }: Ordered): Encode =>
  (rule, value) =>
    writeOf({ ...rule, byteOrder: rule.byteOrder ?? byteOrder, wordOrder: rule.wordOrder ?? wordOrder, repack }, value);
