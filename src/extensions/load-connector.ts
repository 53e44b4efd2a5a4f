import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import * as t from 'io-ts';
import { map } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Connector, Source } from '../model/component.js';
import { FatalError } from '../model/errors.js';
import { isObject } from '../model/is-object.js';
import { isPromise } from './is-promise.js';
import { contained } from './contained.js';
import { inNameOf } from './crossing.js';
import { guardedContext } from './guarded-context.js';
import { loadModule } from './load-module.js';
import { problemsOf } from './problems-of.js';

/** Takes any object, for a connector that checks nothing. */
const anything = new t.Type<unknown, unknown>(
  'an object',
  isObject,
  (input, context) => (isObject(input) ? t.success(input) : t.failure(input, context)),
  t.identity,
);

type Own = Connector<unknown>;
type Exported = Omit<Own, 'config'> & Partial<Pick<Own, 'config'>>;

const isCodec = (value: unknown): value is Own['config'] =>
  typeof value === 'object' &&
  value !== null &&
  ['decode', 'validate', 'is'].every((key) => typeof Reflect.get(value, key) === 'function');

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** What is wrong with what a module exports; undefined: it is a connector, as far as one can see. */
const mistakeIn = (exported: unknown): string | undefined => {
  if (!isFunction(member(exported, 'open')))
    return 'exports no connector by default: {open, config?, mistakes?, plan?}';
  const config = member(exported, 'config');
  if (config !== undefined && !isCodec(config)) return 'has a `config` that is no io-ts codec';
  const strange = ['mistakes', 'plan'].find((key) => {
    const value = member(exported, key);
    return value !== undefined && !isFunction(value);
  });
  return strange === undefined ? undefined : `has a \`${strange}\` that is no function`;
};

const failed = (why: string): FatalError => new FatalError('EXTENSION_FAILED', `the connector's \`open\` ${why}`);

const planOf = (given: unknown): string => {
  if (typeof given === 'string') return given;
  throw new Error('it has to give a text');
};

const connectorOf = (exported: Exported, type: string, folder: string): Own => ({
  type,
  config: exported.config ?? anything,
  ...(exported.mistakes && { mistakes: (config, where) => problemsOf(exported.mistakes?.(config, where)) }),
  ...(exported.plan && { plan: (config) => planOf(exported.plan?.(config)) }),
  open: (config, given) => {
    const context = guardedContext(given);
    const source: unknown = inNameOf(folder, () => exported.open(config, context));
    if (isPromise(source)) throw failed('gave a promise: it has to give a source at once');
    if (typeof source !== 'function') throw failed('gave no source: a function of the commands');
    return contained(source as Source, { own: folder, context });
  },
});

/**
 * Loads a connector of a user's own: the module `extensions/TYPE/NAME.js` or `.mjs`, whose default export is a `Connector`; its `config` may be absent, and
 * then any object will do.
 *
 * Promises: emits once, an error with the reason among it, with what {@link loadModule} promises. What its source does is {@link contained}; what its other functions throw
 * is their callers' to tame.
 */
export const loadConnector = (
  type: string,
  name: string,
  folder: string,
  scheduler?: SchedulerLike,
): Observable<Own | Error> =>
  loadModule(type, name, folder, scheduler).pipe(
    map((loaded) => {
      if (loaded instanceof Error) return loaded;
      const { exported, file } = loaded;
      const mistake = mistakeIn(exported);
      if (mistake !== undefined) return new Error(`${file} ${mistake}`);
      return connectorOf(exported as Exported, type, dirname(realpathSync(file)));
    }),
  );
