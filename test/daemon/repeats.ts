import type { Arrival } from '../peers/platform/contract.js';

/**
 * How many of the numbered messages that arrived from the `first` on had arrived before. `sent`: with the same time stamp, so it was the gateway that sent one again; `received`: with
 * another one, so it was the broker, which had not seen the PUBACK.
 */
export const repeats = (
  arrivals: readonly Arrival[],
  first = 0,
): { readonly sent: number; readonly received: number } => {
  const stamps = new Map<string, Set<number>>();
  let sent = 0;
  let received = 0;
  for (const [i, { device, ts, values }] of arrivals.entries()) {
    const message = `${device} ${JSON.stringify(values.seq)}`;
    const seen = stamps.get(message);
    if (seen === undefined) stamps.set(message, new Set([ts]));
    else if (seen.has(ts)) sent += i < first ? 0 : 1;
    else {
      seen.add(ts);
      received += i < first ? 0 : 1;
    }
  }
  return { sent, received };
};
