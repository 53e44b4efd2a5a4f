import type { Json } from '../../model/message.js';
import { own } from './own.js';

/**
 * Looks a placeholder up among the top-level keys of an object: the key that equals its whole text, else its first word.
 *
 * The whole text goes first, so that with both `device` and `device name` in a body, `${device name}` means the latter.
 */
export const topLevel = (path: string): ((body: Json) => Json | undefined) => {
  const whole = path.trim();
  const first = whole.split(/\s/, 1)[0] ?? whole;
  if (first === whole) return (body) => own(body, whole);
  return (body) => own(body, whole) ?? own(body, first);
};
