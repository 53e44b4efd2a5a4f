import { isObject } from '../../model/is-object.js';
import type { Kept } from '../../model/message.js';

const isEntry = (entry: unknown): boolean => isObject(entry) && Number.isFinite(entry.ts) && isObject(entry.values);

/**
 * Whether a value is a message that a sink can take. A source of somebody's own, or a row of a damaged file, may hold anything, and what
 * is stored once would come up again at every start.
 */
export const wellFormed = (value: unknown): value is Kept => {
  if (!isObject(value) || typeof value.device !== 'string') return false;
  switch (value.kind) {
    case 'data':
      return (
        typeof value.profile === 'string' &&
        Array.isArray(value.telemetry) &&
        value.telemetry.every(isEntry) &&
        isObject(value.attributes)
      );
    case 'connected':
      return typeof value.profile === 'string';
    case 'claim':
      return typeof value.secretKey === 'string' && typeof value.durationMs === 'number';
    default:
      return value.kind === 'disconnected';
  }
};
