import type { Values } from '../../model/message.js';

let last: Values | undefined;
let known = '';

/**
 * The JSON text of values. The buffer writes every message down, and the sink needs the same text a moment later: `remember` keeps the
 * one that is about to be handed on, so that it is written once. Promises: told apart by identity, so what an operator has put in its place is
 * written anew. Messages are never changed in place.
 */
export const valuesText = {
  of: (values: Values): string => (values === last ? known : JSON.stringify(values)),
  remember: (values: Values, text: string): void => {
    last = values;
    known = text;
  },
};
