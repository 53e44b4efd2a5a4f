import type { LinkLost } from './link-lost.js';
import type { Quarantine } from './quarantine.js';
import type { Session } from './session.js';

/** What happened to one pack so far. */
export interface Story {
  /** The session on which it is in flight. */
  session?: Session;
  /** When it was sent on that session, in ms. */
  at: number;
  sends: number;
  /** Ends of the connection with a code that blames some publish, while this was alone in flight. */
  strikes: number;
  /** The same on MQTT 3.1.1, where an end has no code, shortly after it was sent. */
  bare: number;
  /** How often it was not acknowledged in time. */
  silent: number;
  /** How often the platform answered it with reason 131. */
  broken: number;
  /** The session that answered it with reason 151 and may be closed for that. */
  limitedOn?: Session;
  /** It was sent so often without an answer that it is to be halved before it is sent again. */
  tired?: boolean;
}

export const newStory = (): Story => ({ at: 0, sends: 0, strikes: 0, bare: 0, silent: 0, broken: 0 });

/** What the end of a connection means for a pack that was in flight: nothing, cut it in two, give up on it, or let its device wait. */
export type Sentence = 'none' | 'halve' | 'refuse' | 'defer';

/** DISCONNECT codes with which the platform ends a connection because of one publish. Source: the platform's MQTT contract, §1.5. */
const blaming: ReadonlySet<number> = new Set([129, 131, 153]);
/** A bare end so soon after a publish, in ms, may be its fault. */
const SOON = 2_000;
const STRIKES = 2;
/** The platform ends the connection in the same way when the gateway's own data is throttled, so that must go on for a minute. */
const OWN_STRIKES = 7;
const BARE_SUSPECT = 2;
const BARE_STRIKES = 5;
const SILENT_SUSPECT = 3;
const SILENT_GIVE_UP = 6;

export interface Suspicion {
  /** The platform named the culprit in a PUBACK, and ends the connection for that: nobody else is suspect. */
  readonly explain: (session: Session) => void;
  readonly judge: (
    story: Story,
    lost: LinkLost,
    pack: { readonly size: number; readonly own: boolean },
    now: number,
  ) => Sentence;
}

/**
 * Decides what a lost connection means for what was in flight on it.
 *
 * Promises: nothing is refused unless it was alone in flight, without control messages beside it, at repeated ends that can only be
 * its own fault (with a blaming code; on MQTT 3.1.1 shortly after it was sent, five times; the gateway's own data, which is throttled in
 * the same way, seven times). A missing acknowledgement alone never refuses: the device is deferred.
 */
export const suspicion = (line: Quarantine<Story>, mqttVersion: number): Suspicion => {
  const explained = new WeakSet<Session>();
  const overdue = (story: Story, size: number): Sentence => {
    story.silent += 1;
    const alone = line.has(story);
    if (story.silent >= SILENT_SUSPECT) line.enter(story);
    if (alone && size > 1) return 'halve';
    return alone && story.silent >= SILENT_GIVE_UP ? 'defer' : 'none';
  };
  return {
    explain: (session) => void explained.add(session),
    judge: (story, lost, { size, own }, now) => {
      const { session } = story;
      delete story.session;
      if (session === undefined || explained.has(session)) return 'none';
      if (lost.overdue !== undefined) return lost.overdue === story ? overdue(story, size) : 'none';
      const named = lost.reason !== undefined && blaming.has(lost.reason);
      const bare = mqttVersion === 4 && lost.reason === undefined && now - story.at < SOON;
      if (!named && !bare) return 'none';
      if (!line.has(story)) {
        story.bare += bare ? 1 : 0;
        if (named || story.bare >= BARE_SUSPECT) line.enter(story);
        return 'none';
      }
      if (lost.control) return 'none';
      story.strikes += 1;
      // Halving costs nothing, so one end is enough for it.
      const enough = own ? OWN_STRIKES : size > 1 ? 1 : named ? STRIKES : BARE_STRIKES;
      if (story.strikes < enough) return 'none';
      return size > 1 ? 'halve' : 'refuse';
    },
  };
};
