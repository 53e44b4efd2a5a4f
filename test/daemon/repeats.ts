import type { Arrival } from '../peers/platform/contract.js';

/**
 * How many numbered messages arrived more than once. `sent`: with the same time stamp, so it was the gateway that sent one again; `received`: with
 * another one, so it was the broker, which had not seen the PUBACK.
 */
export const repeats = (arrivals: readonly Arrival[]): { readonly sent: number; readonly received: number } => {
  const stamps = new Map<string, Set<number>>();
  let sent = 0;
  let received = 0;
  for (const { device, ts, values } of arrivals) {
    const message = `${device} ${JSON.stringify(values.seq)}`;
    const seen = stamps.get(message);
    if (seen === undefined) stamps.set(message, new Set([ts]));
    else if (seen.has(ts)) sent += 1;
    else {
      seen.add(ts);
      received += 1;
    }
  }
  return { sent, received };
};
