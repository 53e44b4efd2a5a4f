import type { Point } from '../config/point.js';
import type { Slave } from '../config/slave.js';
import { countOf } from '../values/count-of.js';
import { decoderOf } from '../values/decoder-of.js';
import type { Decode } from '../values/decoder-of.js';
import { widthOf } from '../values/width-of.js';
import type { Place } from './place.js';

/** One key of a slave: where it is read, and how it becomes a value. */
export interface ReadPoint extends Place {
  readonly section: 'attributes' | 'timeseries';
  readonly key: string;
  readonly decode: Decode;
  /** The entry of the configuration that it comes from: of a range, all its keys have the same one. */
  readonly origin: Point;
}

type Polled = Pick<Slave, 'unitId' | 'byteOrder' | 'wordOrder' | 'mergeRequests' | 'attributes' | 'timeseries'>;

/** Registers or bits in a request for a range, as the incumbent has it. */
const RANGE_LIMIT = 16;

/** The key at one address of a range. */
const keyAt = ({ tag, type, functionCode }: Point, unitId: number, address: number, count: number): string => {
  const words = new Map<string, string | number>([
    ['address', address],
    ['unitId', unitId],
    ['functionCode', functionCode],
    ['type', type],
    ['objectsCount', count],
  ]);
  const named = tag.includes('address') ? tag : `${tag}_\${address}`;
  return named.replace(/\$\{(\w+)\}/g, (text, word: string) => String(words.get(word) ?? text));
};

const expanded = (slave: Polled, section: ReadPoint['section'], point: Point): readonly ReadPoint[] => {
  const { functionCode, address, maxRegistersPerRequest } = point;
  const shared = {
    section,
    functionCode,
    width: widthOf(point),
    origin: point,
    decode: decoderOf({
      ...point,
      byteOrder: point.byteOrder ?? slave.byteOrder,
      wordOrder: point.wordOrder ?? slave.wordOrder,
    }),
  };
  if (typeof address === 'number') return [{ ...shared, key: point.tag, address }];
  const count = countOf(point);
  const limit = maxRegistersPerRequest ?? (slave.mergeRequests ? undefined : RANGE_LIMIT);
  return Array.from({ length: Math.floor((address.last - address.first) / count) + 1 }, (_, i) => {
    const at = address.first + i * count;
    return {
      ...shared,
      ...(limit === undefined ? {} : { limit }),
      key: keyAt(point, slave.unitId, at, count),
      address: at,
    };
  });
};

/**
 * Every key that is read from a slave: attributes, then telemetry, in the order of the configuration; a range of addresses is one key for every
 * `objectsCount` of them. A tag without the word "address" gets the address of each behind it (modbus.md, Range addresses).
 */
export const pointsOf = (slave: Polled): readonly ReadPoint[] =>
  (['attributes', 'timeseries'] as const).flatMap((section) =>
    slave[section].flatMap((point) => expanded(slave, section, point)),
  );
