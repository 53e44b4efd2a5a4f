import type { Scenario } from '../scenario.js';
import { FLUSHES, noStrace } from '../under-strace.js';
import { killAtCalls } from './kill-at-calls.js';

export const killAtFsync: Scenario = {
  name: 'kill-at-fsync',
  says: 'kill -9 as the gateway enters its nth flush to the disk, strace being the killer.',
  needs: noStrace,
  run: (lab, dice) => killAtCalls(lab, dice, FLUSHES, 12),
};
