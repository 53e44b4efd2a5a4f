import type { ErrorCode } from '../model/errors.js';
import type { Fact, Phase, State } from '../model/fact.js';
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

/** How many different states of one outage are told apart. */
const MOST_SAID = 100;

const troubled: ReadonlySet<Phase> = new Set(['refused', 'disabled'] satisfies Phase[]);

/**
 * Says a fact to a person: a change of state at info (trouble at warn), an alert at warn or error, counts and depths not at all. What was
 * said since the component was last connected is said again at debug only: a night without a peer is one page.
 */
export const logFact = (log: Pick<RootLog, 'child'>): ((fact: Fact) => void) => {
  const said = new Map<string, Set<string>>();
  const isNews = ({ who, phase, why }: State): boolean => {
    const since = phase === 'connected' ? undefined : said.get(who);
    const text = `${phase} ${why ?? ''}`;
    const news = since === undefined || (!since.has(text) && since.size < MOST_SAID);
    if (news) said.set(who, new Set(since ?? []).add(text));
    return news;
  };
  return (fact) => {
    if (fact.kind === 'state') {
      const details = fact.why === undefined ? {} : { why: fact.why };
      const to = log.child(fact.who);
      const loud = troubled.has(fact.phase) ? to.warn : to.info;
      (isNews(fact) ? loud : to.debug)(fact.phase, details);
    } else if (fact.kind === 'alert') {
      const to = log.child(fact.who);
      (grave.has(fact.code) ? to.error : to.warn)(fact.text, { code: fact.code });
    }
  };
};
