import { ConnectionError, reasonOf } from '../../../model/errors.js';
import { NoAnswer } from '../wire/no-answer.js';
import { SlaveException } from '../wire/slave-exception.js';

/**
 * What it means that a request was not answered as it should be: nothing came; a gateway says that the slave is not there; the slave does not have what was
 * asked for; it refuses for another reason; the answer cannot be understood; the connection has ended.
 */
export interface Outcome {
  readonly kind: 'silent' | 'absent' | 'illegal' | 'refused' | 'lost';
  readonly why: string;
}

/** Illegal data address, and illegal data value: of a request to read it means that there are too many. */
const ILLEGAL: readonly number[] = [2, 3];
/** Gateway path unavailable, and gateway target device failed to respond. */
const ABSENT: readonly number[] = [10, 11];

/** What an error of a request means. What is no error of the connection was an answer, though perhaps a garbled one. The reason is the same each time. */
export const outcomeOf = (error: unknown): Outcome => {
  const why = reasonOf(error);
  if (error instanceof NoAnswer) return { kind: 'silent', why: 'no answer' };
  if (error instanceof ConnectionError) return { kind: 'lost', why };
  if (!(error instanceof SlaveException)) return { kind: 'refused', why };
  if (ILLEGAL.includes(error.exception)) return { kind: 'illegal', why };
  return { kind: ABSENT.includes(error.exception) ? 'absent' : 'refused', why };
};
