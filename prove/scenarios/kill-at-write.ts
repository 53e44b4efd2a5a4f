import type { Scenario } from '../scenario.js';
import { noStrace, WRITES } from '../under-strace.js';
import { killAtCalls } from './kill-at-calls.js';

export const killAtWrite: Scenario = {
  name: 'kill-at-write',
  says: 'kill -9 as the gateway enters its nth write to the storage file or its log, strace being the killer.',
  needs: noStrace,
  run: (lab, dice) => killAtCalls(lab, dice, WRITES, 40),
};
