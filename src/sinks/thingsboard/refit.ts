import { replace } from '../../model/envelope.js';
import type { Envelope } from '../../model/envelope.js';
import type { Entry, Values } from '../../model/message.js';
import type { Part } from './part.js';
import { parts } from './parts.js';
import type { Bounds } from './parts.js';

/** The points of a part as parts that keep to the bounds. */
const cut = (part: Envelope<Part>, bounds: Bounds): readonly Envelope<Part>[] => {
  const { key: device, profile = 'default', members, text, born } = part.value;
  const telemetry = members === undefined ? [JSON.parse(text) as Entry] : [];
  const attributes = JSON.parse(`{${(members ?? []).map(([, member]) => member).join(',')}}`) as Values;
  return parts(replace(part, { kind: 'data', device, profile, telemetry, attributes }), bounds, born);
};

/**
 * Makes several packs of one that was filled when the bounds were wider. Parts that are over the bounds are cut.
 *
 * Promises: the same points in the same order; each pack keeps to the bounds, unless it is a single data point that is larger. One pack
 * that equals the given one means that it cannot be made smaller.
 */
export const refit = (pack: readonly Envelope<Part>[], bounds: Bounds): readonly (readonly Envelope<Part>[])[] => {
  const packs: Envelope<Part>[][] = [];
  let bytes = 0;
  let points = 0;
  let key: string | undefined;
  const put = (part: Envelope<Part>): void => {
    const { value } = part;
    const size = value.size + (value.key === key ? 0 : value.frame);
    const current = packs.at(-1);
    if (current !== undefined && bytes + size <= bounds.bytes && points + value.points <= bounds.points) {
      current.push(part);
      bytes += size;
      points += value.points;
    } else {
      packs.push([part]);
      bytes = value.size + value.frame;
      points = value.points;
    }
    key = value.key;
  };
  for (const part of pack) {
    const { frame, size, points: n } = part.value;
    const over = n > 1 && (frame + size > bounds.bytes || n > bounds.points);
    (over ? cut(part, bounds) : [part]).forEach(put);
  }
  return packs;
};
