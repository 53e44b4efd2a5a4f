import type { Sum } from './store.js';

/** Sums of a store that has seen nothing. */
export const noSums: Readonly<Record<Sum, number>> = {
  received: 0,
  delivered: 0,
  'dropped.oldest': 0,
  'dropped.newest': 0,
  'dropped.expired': 0,
  'dropped.refused': 0,
  'dropped.damaged': 0,
};
