/** A value that a slave has served, and what the wire tells of its way. */
interface Reading {
  readonly seq: number;
  readonly life: number;
  /** The gateway asked for the next thing in time: it has taken this one. */
  isTaken: boolean;
  /** It came after a silence: perhaps the gateway only asked whether the slave is back. */
  readonly isProbe: boolean;
}

/** A request on its way to its answer. */
export interface Asked {
  readonly life: number;
  readonly connection: number;
  readonly at: number;
  isAnswered: boolean;
  reading?: Reading;
}

interface Track {
  readonly readings: Reading[];
  last: Asked | undefined;
  isSilent: boolean;
}

/** Readings of one slave that need not be on disk when a gateway is killed: docs/guarantees.md. */
const UNSETTLED = 64;

export interface Verdict {
  /** What must arrive: slave and number. */
  readonly owed: readonly (readonly [string, number])[];
  /** Served, not arrived, and excused. */
  readonly gaps: number;
  readonly mayGap: number;
}

/**
 * The ledger of polled devices: nobody acknowledges a reading to a slave, so it is told on the slaves' own wire what the gateway has taken. One that was asked
 * for is taken if the same connection asks for more before the gateway's `patience` (ms) can have ended. Each life of a gateway is told from the next.
 */
export const servedLedger = (patience: number) => {
  const slaves = new Map<string, Track>();
  const trackOf = (slave: string): Track => {
    const track = slaves.get(slave) ?? { readings: [], last: undefined, isSilent: false };
    slaves.set(slave, track);
    return track;
  };

  return {
    /** A request has come, for whatever. */
    asked: (slave: string, life: number, connection: number, at: number): Asked => {
      const track = trackOf(slave);
      const { last } = track;
      if (last?.life !== life) track.isSilent = false;
      else if (last.isAnswered && last.connection === connection && at - last.at < patience) {
        if (last.reading !== undefined) last.reading.isTaken = true;
      } else track.isSilent = true;
      const asked = { life, connection, at, isAnswered: false };
      track.last = asked;
      return asked;
    },
    /** It is answered now, without a value. */
    answered: (asked: Asked): void => void (asked.isAnswered = true),
    /** It is answered now: with which number. */
    served: (slave: string, asked: Asked): number => {
      const track = trackOf(slave);
      const isLate = track.last !== asked;
      const reading = { seq: track.readings.length, life: asked.life, isTaken: false, isProbe: track.isSilent };
      track.readings.push(reading);
      asked.reading = reading;
      asked.isAnswered = true;
      if (!isLate) track.isSilent = false;
      return reading.seq;
    },
    total: (): number => [...slaves.values()].reduce((sum, { readings }) => sum + readings.length, 0),
    pairs: (): (readonly [string, number])[] =>
      [...slaves].flatMap(([slave, { readings }]) => readings.map(({ seq }) => [slave, seq] as const)),
    /**
     * What must have arrived, given what has not. Excused are: what was not evidently taken, the first after a silence, and of a life that was `killed` the
     * last ones, up to 64 of a slave. An ordered stop excuses nothing.
     */
    verdict: (missing: readonly (readonly [string, number])[], killed: ReadonlySet<number>): Verdict => {
      const lacking = new Set(missing.map(([slave, seq]) => `${slave} ${seq}`));
      const owed: (readonly [string, number])[] = [];
      let excusable = 0;
      for (const [slave, { readings }] of slaves) {
        excusable += readings.filter(({ isTaken, isProbe }) => !isTaken || isProbe).length;
        for (const life of new Set(readings.map((reading) => reading.life))) {
          const taken = readings.filter((it) => it.life === life && it.isTaken && !it.isProbe);
          let end = taken.length;
          if (killed.has(life)) {
            const least = Math.max(0, end - UNSETTLED);
            excusable += end - least;
            while (end > least && lacking.has(`${slave} ${taken[end - 1]!.seq}`)) end -= 1;
          }
          owed.push(...taken.slice(0, end).map(({ seq }) => [slave, seq] as const));
        }
      }
      const lost = owed.filter(([slave, seq]) => lacking.has(`${slave} ${seq}`)).length;
      return { owed, gaps: lacking.size - lost, mayGap: excusable };
    },
  };
};
