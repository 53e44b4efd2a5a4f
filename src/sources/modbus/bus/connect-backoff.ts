import type { Backoff } from '../../../operators/backoff.js';
import type { Slave } from '../config/slave.js';

type Settings = Pick<Slave, 'connectAttemptTimeMs' | 'connectAttemptCount' | 'waitAfterFailedAttemptsMs'>;

/**
 * When to connect again: `connectAttemptCount` tries `connectAttemptTimeMs` apart, then a pause of `waitAfterFailedAttemptsMs`, and so on
 * (modbus.md, Connecting).
 */
export const connectBackoff =
  ({ connectAttemptTimeMs, connectAttemptCount, waitAfterFailedAttemptsMs }: Settings): Backoff =>
  (attempt) =>
    (attempt + 1) % connectAttemptCount === 0 ? waitAfterFailedAttemptsMs : connectAttemptTimeMs;
