import type { Values } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { Slave } from '../config/slave.js';
import { writeOf } from '../values/write-of.js';
import type { Write } from '../values/write-of.js';

/** What a changed attribute is written as, or why it cannot be. */
export interface AttributeWrite {
  readonly tag: string;
  readonly write: Write | RpcError;
}

type Writing = Pick<Slave, 'byteOrder' | 'wordOrder' | 'repack' | 'attributeUpdates'>;

/** The writes of an attribute update: those of every rule whose tag is in it, in the order of the rules. One that cannot be stops no other. */
export const attributeWrites = (slave: Writing, values: Values): readonly AttributeWrite[] =>
  slave.attributeUpdates.flatMap((rule): readonly AttributeWrite[] => {
    const { tag } = rule;
    const value = Object.hasOwn(values, tag) ? values[tag] : undefined;
    if (value === undefined) return [];
    const { repack } = slave;
    const orders = { byteOrder: rule.byteOrder ?? slave.byteOrder, wordOrder: rule.wordOrder ?? slave.wordOrder };
    try {
      return [{ tag, write: writeOf({ ...rule, ...orders, repack }, value) }];
    } catch (error) {
      if (error instanceof RpcError) return [{ tag, write: error }];
      throw error;
    }
  });
