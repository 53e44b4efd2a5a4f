import { errorCodes } from '../model/errors.js';
import type { ErrorCode } from '../model/errors.js';
import type { Counter, Fact, Phase } from '../model/fact.js';
import { isObject } from '../model/is-object.js';

const phases: ReadonlySet<unknown> = new Set([
  'initialized',
  'connecting',
  'connected',
  'polling',
  'disconnected',
  'reconnecting',
  'refused',
  'disabled',
] satisfies Phase[]);

/** What a connector may count. The rest are the books of the storage and of the platform, which have to balance. */
const counters: ReadonlySet<unknown> = new Set([
  'shed',
  'failed',
  'empty',
  'collided',
  'untaken',
  'late',
  'skipped',
] satisfies Counter[]);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isCode = (value: unknown): value is ErrorCode => typeof value === 'string' && Object.hasOwn(errorCodes, value);

/**
 * What a user's connector has said, as a fact of its own; undefined of what is none.
 *
 * Promises: whoever reads it finds what the types say. Details of the wrong type are left out; an alert whose code nobody knows is `EXTENSION_FAILED`.
 */
export const soundFact = (said: unknown, who: string): Exclude<Fact, { readonly kind: 'depth' }> | undefined => {
  if (!isObject(said)) return undefined;
  const { kind, phase, why, code, attempt, retryInMs, counter, n, text } = said;
  if (kind === 'state' && phases.has(phase))
    return {
      kind,
      who,
      phase: phase as Phase,
      ...(typeof why === 'string' && { why }),
      ...(isCode(code) && { code }),
      ...(isNumber(attempt) && { attempt }),
      ...(isNumber(retryInMs) && { retryInMs }),
    };
  if (kind === 'count' && counters.has(counter) && isNumber(n) && n > 0)
    return { kind, who, counter: counter as Counter, n };
  if (kind === 'alert' && typeof text === 'string')
    return { kind, who, code: isCode(code) ? code : 'EXTENSION_FAILED', text };
  return undefined;
};
