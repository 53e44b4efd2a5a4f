import { inLines } from './in-lines.js';
import type { ErrorCode } from '../model/errors.js';
import type { Fact, Phase, State } from '../model/fact.js';
import type { RootLog } from '../log.js';

/** Somebody has to act; the rest mends itself or was only a message. */
const grave: ReadonlySet<ErrorCode> = new Set([
  'CREDENTIALS_REFUSED',
  'PROVISIONING_REFUSED',
  'NOT_A_GATEWAY',
  'NOT_THINGSBOARD',
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
 * Says a fact to a person: a change of state at info (trouble as an error with its reason), a failed connection in one warning with the wait
 * until the next try, an alert at warn or error, counts and depths not at all.
 *
 * Promises: a change of state that was said since the component was last connected is said again at debug only; an alert that repeats the reason of the trouble just said is not said again.
 */
export const logFact = (log: Pick<RootLog, 'child'>): ((fact: Fact) => void) => {
  const said = new Map<string, Set<string>>();
  /** The reason of each component's trouble. */
  const reasons = new Map<string, string>();
  const isNews = ({ who, phase, why }: State): boolean => {
    const since = phase === 'connected' ? undefined : said.get(who);
    const text = `${phase} ${why ?? ''}`;
    const news = since === undefined || (!since.has(text) && since.size < MOST_SAID);
    if (news) said.set(who, new Set(since ?? []).add(text));
    return news;
  };
  const state = (fact: State): void => {
    const { who, phase, why, code, attempt, retryInMs } = fact;
    const to = log.child(who);
    if (retryInMs !== undefined) {
      // Said each time: the log folds what repeats.
      if (why !== undefined) reasons.set(who, why);
      (phase === 'refused' || (code !== undefined && grave.has(code)) ? to.error : to.warn)(
        `${phase}: ${why ?? 'no reason'}`,
        {
          ...(code === undefined ? {} : { code }),
          attempt,
          retryInMs,
        },
      );
      return;
    }
    const news = isNews(fact);
    if (phase === 'disconnected' && code !== undefined) {
      // What follows says the same reason, and what is done about it.
      to.debug(phase, { why, code });
      return;
    }
    if (!troubled.has(phase) || why === undefined) {
      reasons.delete(who);
      (news ? (troubled.has(phase) ? to.warn : to.info) : to.debug)(phase, why === undefined ? {} : { why });
      return;
    }
    reasons.set(who, why);
    const [text, list] = inLines(why);
    (news ? to.error : to.debug)(`${phase}: ${text}`, { ...list, ...(code === undefined ? {} : { code }) });
  };
  return (fact) => {
    if (fact.kind === 'state') state(fact);
    else if (fact.kind === 'alert') {
      const { who, code } = fact;
      const to = log.child(who);
      const [text, list] = inLines(fact.text);
      const known = reasons.get(who) === fact.text;
      (known ? to.debug : grave.has(code) ? to.error : to.warn)(text, { ...list, code });
    }
  };
};
