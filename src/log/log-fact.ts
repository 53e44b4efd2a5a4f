import type { ErrorCode } from '../model/errors.js';
import type { Fact, Phase } from '../model/fact.js';
import type { RootLog } from '../log.js';

/** Somebody has to act; the rest mends itself or was only a message. */
const grave: ReadonlySet<ErrorCode> = new Set([
  'CREDENTIALS_REFUSED',
  'NOT_A_GATEWAY',
  'DUPLICATE_GATEWAY',
  'STORAGE_FULL',
  'STORAGE_FAILED',
  'STORAGE_LOCKED',
  'STORAGE_DAMAGED',
  'CONFIG_INVALID',
  'CONNECTOR_UNKNOWN',
] satisfies ErrorCode[]);

const troubled: ReadonlySet<Phase> = new Set(['refused', 'disabled'] satisfies Phase[]);

/** Says a fact to a person: a change of state at info (trouble at warn), an alert at warn or error, counts and depths not at all. */
export const logFact =
  (log: Pick<RootLog, 'child'>) =>
  (fact: Fact): void => {
    if (fact.kind === 'state') {
      const details = fact.why === undefined ? {} : { why: fact.why };
      const to = log.child(fact.who);
      (troubled.has(fact.phase) ? to.warn : to.info)(fact.phase, details);
    } else if (fact.kind === 'alert') {
      const to = log.child(fact.who);
      (grave.has(fact.code) ? to.error : to.warn)(fact.text, { code: fact.code });
    }
  };
