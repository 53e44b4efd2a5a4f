import type { Scenario } from './scenario.js';
import { atCapacity } from './scenarios/at-capacity.js';
import { backlog } from './scenarios/backlog.js';
import { brokerAway } from './scenarios/broker-away.js';
import { calm } from './scenarios/calm.js';
import { cutBeforePuback } from './scenarios/cut-before-puback.js';
import { damagedPages } from './scenarios/damaged-pages.js';
import { duplicatePuback } from './scenarios/duplicate-puback.js';
import { eioAtFsync } from './scenarios/eio-at-fsync.js';
import { eioAtWrite } from './scenarios/eio-at-write.js';
import { frozen } from './scenarios/frozen.js';
import { fullDisk } from './scenarios/full-disk.js';
import { halfOpen } from './scenarios/half-open.js';
import { killAtFsync } from './scenarios/kill-at-fsync.js';
import { killAtWrite } from './scenarios/kill-at-write.js';
import { kill } from './scenarios/kill.js';
import { modbusEio } from './scenarios/modbus-eio.js';
import { modbusKill } from './scenarios/modbus-kill.js';
import { platformAway } from './scenarios/platform-away.js';
import { platformHung } from './scenarios/platform-hung.js';
import { readOnly } from './scenarios/read-only.js';
import { reload } from './scenarios/reload.js';
import { restKill } from './scenarios/rest-kill.js';
import { slowLine } from './scenarios/slow-line.js';
import { storm } from './scenarios/storm.js';
import { truncatedLog } from './scenarios/truncated-log.js';
import { twoDaemons } from './scenarios/two-daemons.js';
import { wallClock } from './scenarios/wall-clock.js';
import { wrongReasons } from './scenarios/wrong-reasons.js';

/** All scenarios. */
export const scenarios: readonly Scenario[] = [
  calm,
  kill,
  killAtWrite,
  killAtFsync,
  eioAtFsync,
  eioAtWrite,
  fullDisk,
  readOnly,
  damagedPages,
  truncatedLog,
  platformAway,
  platformHung,
  cutBeforePuback,
  halfOpen,
  slowLine,
  duplicatePuback,
  wrongReasons,
  brokerAway,
  wallClock,
  frozen,
  backlog,
  atCapacity(
    'block',
    'The storage is at its cap and the gateway waits: the broker keeps the rest, and all of it arrives.',
  ),
  atCapacity(
    'drop_oldest',
    'The storage is at its cap and the oldest messages give way: as many are counted as are missing.',
  ),
  atCapacity(
    'drop_newest',
    'The storage is at its cap and new messages are dropped: as many are counted as are missing.',
  ),
  reload,
  restKill,
  modbusKill,
  modbusEio,
  twoDaemons,
  storm,
];
