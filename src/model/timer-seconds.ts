import * as t from 'io-ts';
import { refine } from './codec.js';

/** What a timer of Node.js can wait for, about 24 days: with more it would not wait at all. */
const LONGEST = 2_147_483;

/** A codec for seconds that a timer is to wait: above 0, fractions too, and at most 2147483. */
export const timerSeconds = refine(t.number, (n) => n > 0 && n <= LONGEST, `seconds above 0, at most ${LONGEST}`);
