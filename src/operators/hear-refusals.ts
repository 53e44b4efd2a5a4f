import { map } from 'rxjs';
import type { Operator } from '../model/component.js';
import { Refused } from '../model/errors.js';

/** Tells whose value was refused for good by what is downstream, and changes nothing. */
export const hearRefusals = <T>(onRefused: (value: T) => void): Operator<T, T> =>
  map(({ value, ack, nack }) => ({
    value,
    ack,
    nack: (why) => {
      if (why instanceof Refused) onRefused(value);
      nack(why);
    },
  }));
