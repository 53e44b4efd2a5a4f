/** What is known of how a slave answers. */
export interface Health {
  /** Nothing has come to its last requests: it waits behind all others. */
  readonly isSuspect: () => boolean;
  /** It has been silent for long enough: only asked now and then whether it is back. */
  readonly isAway: () => boolean;
  /** How long a request to it may take, in ms. `now` is the clock's. */
  readonly patience: (now: number) => number;
  /** It has answered, if only with an exception, after so many ms. */
  readonly answered: (ms: number) => void;
  readonly silent: () => void;
  /** A whole poll brought nothing. */
  readonly left: () => void;
}

export interface HealthOptions {
  /** The slave's `timeout`, in ms. */
  readonly timeout: number;
  /** How long others can spare the bus, in ms. Undefined: there are no others. */
  readonly spare: number | undefined;
  /** Asked for leave to wait for the whole timeout although others wait meanwhile. */
  readonly mayWaitLong: (now: number, timeout: number) => boolean;
}

/** A slave that has answered may take so many times as long as it did. */
const SLACK = 3;
/** One that has answered before may miss so many requests in a row, less one: a busy machine hears late. */
const ENOUGH = 2;
/** With each answer its slowest one fades by so much. */
const FADING = 0.98;

/**
 * The time budget of one slave.
 *
 * Promises: alone on its bus, a slave has its whole `timeout`. With others on it, it has what they can spare, or three times as long as its
 * slowest answer of late took, if that is longer; one that has never answered has its whole timeout only where `mayWaitLong` gives leave. Never more than the timeout. A slave that has answered is not
 * doubted for one request that was not.
 */
export const health = ({ timeout, spare, mayWaitLong }: HealthOptions): Health => {
  let slowest: number | undefined;
  let silences = 0;
  let away = false;
  const isSuspect = (): boolean => silences >= (slowest === undefined ? 1 : ENOUGH);
  return {
    isSuspect,
    isAway: () => away,
    patience: (now) => {
      if (spare === undefined) return timeout;
      if (slowest === undefined && away && mayWaitLong(now, timeout)) return timeout;
      return Math.min(timeout, Math.max(spare, SLACK * (slowest ?? 0)));
    },
    answered: (ms) => {
      slowest = Math.max((slowest ?? 0) * FADING, ms);
      silences = 0;
      away = false;
    },
    silent: () => {
      silences += 1;
    },
    left: () => {
      away ||= isSuspect();
    },
  };
};
