import type { AttributeValues } from '../../model/command.js';
import type { Values } from '../../model/message.js';

/** One question for shared attributes of a device. */
export interface Asked {
  readonly keys: readonly string[];
  /** Attributes of which something newer has come since it was asked. */
  readonly overtaken: ReadonlySet<string>;
}

/**
 * What an answer tells: the attributes that were asked for, are there, and were not overtaken. Undefined if it holds a value without its name, which older
 * platforms leave out also where several were asked for. Source: the platform's MQTT contract, §5.5.
 */
export const newsIn = (
  { value, values = {} }: Pick<AttributeValues, 'value' | 'values'>,
  { keys, overtaken }: Asked,
): Values | undefined => {
  const [first = '', ...others] = keys;
  if (value !== undefined && others.length > 0) return undefined;
  const found = value === undefined ? Object.entries(values) : ([[first, value]] as const);
  return Object.fromEntries(found.filter(([key]) => keys.includes(key) && !overtaken.has(key)));
};
