import type { Scenario } from '../scenario.js';
import { FLUSHES, noStrace } from '../under-strace.js';
import { failingCalls } from './failing-calls.js';

export const eioAtFsync: Scenario = {
  name: 'eio-at-fsync',
  says: 'The disk reports an error (EIO) when it is asked to flush, some times in a row.',
  needs: noStrace,
  run: (lab, dice) => failingCalls(lab, dice, { calls: FLUSHES, error: 'EIO', from: [10, 60], many: [1, 4] }),
};
