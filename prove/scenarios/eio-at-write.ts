import type { Scenario } from '../scenario.js';
import { noStrace, WRITES } from '../under-strace.js';
import { failingCalls } from './failing-calls.js';

export const eioAtWrite: Scenario = {
  name: 'eio-at-write',
  says: 'The disk reports an error (EIO, or EROFS as one does that has become read-only) when it is written to.',
  needs: noStrace,
  run: (lab, dice) =>
    failingCalls(lab, dice, {
      calls: WRITES,
      error: dice.pick(['EIO', 'EROFS']),
      from: [60, 300],
      many: [1, 4],
    }),
};
