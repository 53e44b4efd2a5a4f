import type { Json } from '../../model/message.js';

/** Digits that may be more than a number holds. */
const LONG = 16;
const exponent = /\d[eE]\+?\d{3}/;
const token = /"|-?\d[\d.eE+-]*|-?Infinity|NaN/g;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** True when sixteen digits stand in a row: every such row covers one of the places that are looked at. */
const hasLongNumber = (text: string): boolean => {
  for (let i = LONG - 1; i < text.length; i += LONG) {
    if (!isDigit(text.charCodeAt(i))) continue;
    let from = i;
    let to = i + 1;
    while (from > 0 && isDigit(text.charCodeAt(from - 1))) from -= 1;
    while (to < text.length && isDigit(text.charCodeAt(to))) to += 1;
    if (to - from >= LONG) return true;
  }
  return false;
};

const closing = (text: string, from: number): number => {
  let at = text.indexOf('"', from);
  while (at !== -1) {
    let slashes = at - 1;
    while (text[slashes] === '\\') slashes -= 1;
    if ((at - 1 - slashes) % 2 === 0) return at + 1;
    at = text.indexOf('"', at + 1);
  }
  return text.length;
};

const rewritten = (found: string): string => {
  if (found.endsWith('y') || found === 'NaN') return 'null';
  const number = Number(found);
  const inexact = /^-?\d+$/.test(found) && !Number.isSafeInteger(number);
  return inexact || number === Infinity || number === -Infinity ? `"${found}"` : found;
};

/** Puts quotes around numbers that JavaScript cannot hold, and null for what is no number, outside of texts. */
const exact = (text: string): string => {
  const parts: string[] = [];
  let from = 0;
  token.lastIndex = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    if (match[0] === '"') {
      token.lastIndex = closing(text, token.lastIndex);
      continue;
    }
    const replacement = rewritten(match[0]);
    if (replacement === match[0]) continue;
    parts.push(text.slice(from, match.index), replacement);
    from = token.lastIndex;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(from);
};

/**
 * Reads JSON without losing digits: an integer beyond 2^53, or a number too large for a double, becomes the text of its digits,
 * which the platform reads as a long again. `NaN` and `Infinity`, which some devices write, become null.
 *
 * Throws SyntaxError when it is not JSON. `__proto__` is an ordinary key.
 */
export const parseJson = (text: string): Json => {
  if (hasLongNumber(text) || exponent.test(text)) return JSON.parse(exact(text)) as Json;
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(exact(text)) as Json;
  }
};
