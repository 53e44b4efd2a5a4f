import type { Values } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { Slave } from '../config/slave.js';
import type { Encode } from '../values/encode-of.js';
import type { Write } from '../values/write-of.js';

/** What a changed attribute is written as, or why it cannot be. */
export interface AttributeWrite {
  readonly tag: string;
  readonly write: Write | RpcError;
}

/** The writes of an attribute update: those of every rule whose tag is in it, in the order of the rules. One that cannot be stops no other. */
export const attributeWrites = (
  { attributeUpdates }: Pick<Slave, 'attributeUpdates'>,
  encode: Encode,
  values: Values,
): readonly AttributeWrite[] =>
  attributeUpdates.flatMap((rule): readonly AttributeWrite[] => {
    const { tag } = rule;
    const value = Object.hasOwn(values, tag) ? values[tag] : undefined;
    if (value === undefined) return [];
    try {
      return [{ tag, write: encode(rule, value) }];
    } catch (error) {
      if (error instanceof RpcError) return [{ tag, write: error }];
      throw error;
    }
  });
