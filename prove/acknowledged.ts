import type { Tapped } from '../test/peers/tap.js';

/**
 * The ledger of promises: which numbered message of which device the gateway has acknowledged to the device broker, as seen on the wire
 * between the two. One byte a message.
 */
export const acknowledgedLedger = () => {
  const devices = new Map<string, Uint8Array>();
  let unique = 0;
  let again = 0;
  return {
    add: ({ topic, payload }: Pick<Tapped, 'topic' | 'payload'>): void => {
      const device = topic.split('/')[1] ?? '';
      const seq = Number(/"seq":(\d+)/.exec(payload)?.[1]);
      let seen = devices.get(device) ?? new Uint8Array(1024);
      if (seq >= seen.length) {
        const wider = new Uint8Array(Math.max(seq + 1, seen.length * 2));
        wider.set(seen);
        seen = wider;
      }
      devices.set(device, seen);
      if (seen[seq] === 0) unique += 1;
      else again += 1;
      seen[seq] = 1;
    },
    /** Different messages. */
    unique: () => unique,
    /** Acknowledged once more, because the broker had sent it once more. */
    again: () => again,
    pairs: (): (readonly [string, number])[] =>
      [...devices].flatMap(([device, seen]) =>
        [...seen].flatMap((mark, seq) => (mark === 1 ? [[device, seq] as const] : [])),
      ),
  };
};
