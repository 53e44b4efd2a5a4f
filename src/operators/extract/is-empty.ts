import type { Values } from '../../model/message.js';

/** Whether there is no key at all. Allocates nothing: every message asks. */
export const isEmpty = (values: Values): boolean => {
  for (const _ in values) return false;
  return true;
};
