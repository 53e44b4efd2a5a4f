import type { Envelope } from '../../model/envelope.js';
import type { Allowance } from './allowance.js';
import { encode } from './encode.js';
import { overheadOf } from './overhead-of.js';
import type { Part } from './part.js';
import type { End } from './reactions.js';
import { refit } from './refit.js';

/**
 * What becomes of a pack that was filled before the platform's limits were known and is over them: smaller packs, or a refusal if it is
 * a single data point or another message that travels alone. Undefined if it may be sent as it is. A device without a name is refused
 * too: the platform ends the connection over it. Source: the platform's MQTT contract, §4.1, §6.4, §7.
 */
export const fitted = (
  pack: readonly Envelope<Part>[],
  { pack: limits, hardLimit }: Pick<Allowance, 'pack' | 'hardLimit'>,
): End | undefined => {
  const [first] = pack;
  if (first === undefined) return undefined;
  const hard = hardLimit();
  const room = Math.max(1, hard - overheadOf(first.value.lane));
  const refusal = (): End | undefined => {
    // Sizes are estimated, on the safe side; a refusal must be certain.
    const exact = Buffer.byteLength(encode(pack.map(({ value }) => value)));
    return exact > room
      ? { kind: 'refuse', why: `${exact} bytes are over the platform's limit of ${hard}` }
      : undefined;
  };
  const bounds = limits();
  let bytes = overheadOf(first.value.lane);
  let points = 0;
  let key: string | undefined;
  let nameless = false;
  for (const { value } of pack) {
    if (value.key === '') nameless = true;
    bytes += value.size + (value.key === key ? 0 : value.frame);
    points += value.points;
    key = value.key;
  }
  if (nameless)
    return { kind: pack.every((part) => part.value.key === '') ? 'refuse' : 'apart', why: 'a device must have a name' };
  if (!Number.isFinite(bytes)) return refusal();
  if (bytes <= hard && (points <= bounds.points || points <= 1)) return undefined;
  const packs = refit(pack, { bytes: Math.min(bounds.bytes, room), points: bounds.points });
  return packs.length > 1 ? { kind: 'fit', packs } : refusal();
};
