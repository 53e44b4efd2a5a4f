import type { Json } from '../../model/message.js';
import { textOf } from './text-of.js';

const numeric = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;
const yes = new Set(['y', 'yes', 't', 'true', 'on', '1']);
const no = new Set(['n', 'no', 'f', 'false', 'off', '0']);

const numberOf = (value: Json): number | undefined => {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || value.length > 400 || !numeric.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
};

const integer = (value: Json): Json => {
  const number = numberOf(value);
  if (number === undefined) return textOf(value);
  // More digits than a number holds: the text is exact, and the platform reads it as a long.
  if (typeof value === 'string' && !Number.isSafeInteger(Math.trunc(number)) && /^\s*[+-]?\d+\s*$/.test(value))
    return value.trim();
  return Math.trunc(number) + 0;
};

const float = (value: Json): Json => numberOf(value) ?? textOf(value);

const bool = (value: Json): Json => {
  if (typeof value === 'boolean') return value;
  const text = textOf(value);
  const word = text.length > 5 ? '' : text.toLowerCase();
  if (yes.has(word)) return true;
  return no.has(word) ? false : text;
};

/**
 * Compiles a configured data type into a conversion: `…int…` and `…long…` cut toward zero, `float` and `double`, `…bool…`
 * (y, yes, t, true, on, 1 and their opposites), anything else is text; without a type the value stays as it is.
 *
 * What cannot be converted becomes text. Never gives NaN or an infinity.
 */
export const cast = (type: string | undefined): ((value: Json) => Json) => {
  if (type === undefined) return (value) => value;
  const name = type.toLowerCase();
  if (name.includes('int') || name.includes('long')) return integer;
  if (name === 'float' || name === 'double') return float;
  return name.includes('bool') ? bool : textOf;
};
