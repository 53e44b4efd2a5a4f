/** What a request needs at least to be answered, in ms: on a network, and over a serial line. */
const LEAST = { network: 100, serial: 300 } as const;

/** However seldom the slaves are polled, a command that comes meanwhile must not miss its deadline. */
const MOST = 2_000;

/**
 * How long one slave may keep the others of its bus waiting, in ms: half of the shortest time between two polls, so that nobody's next poll is missed,
 * and two seconds at most. Undefined where there are no others.
 */
export const spareTime = (periods: readonly number[], isSerial: boolean): number | undefined =>
  periods.length < 2
    ? undefined
    : Math.max(isSerial ? LEAST.serial : LEAST.network, Math.min(MOST, ...periods.map((period) => period / 2)));
