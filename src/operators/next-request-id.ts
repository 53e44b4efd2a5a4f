/** The largest that the platform's ids may be: they are signed integers of 32 bits. */
const LARGEST = 2_147_483_647;

let last = 0;

/**
 * An id for an attribute request of a source, from 1 on.
 *
 * Promises: no two requests of a process share one, whichever source asks and however often it was begun anew, until two thousand million have been
 * asked. So the answer to a request of a source that has been replaced is none of its successor's. Source: the platform's MQTT contract, §5.5.
 */
export const nextRequestId = (): number => {
  last = last === LARGEST ? 1 : last + 1;
  return last;
};
