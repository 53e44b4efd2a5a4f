import { isObject } from '../model/is-object.js';
import { environment, legacy } from './environment.js';
import { preferProvisioning } from './prefer-provisioning.js';

const security = (key: string): readonly string[] => ['thingsboard', 'security', key];

/** A copy with one member set. What stands where a section should be is left for the codec to report. */
const put = (tree: unknown, [key, ...rest]: readonly string[], value: unknown): unknown => {
  if (key === undefined) return value;
  if (tree !== undefined && tree !== null && !isObject(tree)) return tree;
  return { ...tree, [key]: put(isObject(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined, rest, value) };
};

const read = (tree: unknown, keys: readonly string[]): unknown =>
  keys.reduce<unknown>((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), tree);

/** A credential from the environment must count: the file's security type gives way if it would not use it. */
const typeFor = (raw: unknown, has: (variable: string) => boolean): string | undefined => {
  const type = read(raw, security('type')) ?? undefined;
  if (has('TB_GW_SECURITY_TYPE') || (type !== undefined && typeof type !== 'string')) return undefined;
  const unless = (right: RegExp, otherwise: string): string | undefined =>
    type !== undefined && right.test(type) ? undefined : otherwise;
  // Without a type a token comes first in any case.
  if (has('TB_GW_ACCESS_TOKEN'))
    return type === undefined ? undefined : unless(/^(tls)?access_?token$/i, 'accessToken');
  if (has('TB_GW_USERNAME') || (type !== undefined && has('TB_GW_PASSWORD')))
    return unless(/^(usernamepassword|mqtt_basic)$/i, 'usernamePassword');
  const pair = has('TB_GW_CERT') && has('TB_GW_PRIVATE_KEY');
  return pair ? unless(/^(x509.*|tls \+ private key)$/i, 'x509Certificate') : undefined;
};

export interface Overlaid {
  readonly raw: unknown;
  /** Dotted path of each member that came from the environment, with its variable. */
  readonly origins: ReadonlyMap<string, string>;
  readonly notices: readonly string[];
}

/**
 * The main file with what the environment says laid over it, before anything is decoded.
 *
 * Promises: the environment wins, member by member; an empty variable counts as absent; the file's object is not touched; no key
 * comes from outside, so that nothing can reach a prototype. `host` and `port` without a prefix count only beside an `accessToken`, as
 * the old Docker commands set them together: a stray `port` of another program cannot redirect the connection. With the key and the
 * secret of provisioning in the environment, no other credentials count (core.md §4.3).
 */
export const overlay = (raw: unknown, env: Readonly<Record<string, string | undefined>>): Overlaid => {
  const has = (variable: string): boolean => (env[variable] ?? '') !== '';
  const old = has('accessToken') ? legacy.filter(({ name }) => has(name)) : [];
  const origins = new Map<string, string>();
  let result = raw;
  for (const { name, paths, numeric } of [...old, ...environment]) {
    const text = env[name] ?? '';
    if (text === '') continue;
    const value = numeric && /^\d{1,9}$/.test(text) ? Number(text) : text;
    for (const path of paths) {
      result = put(result, path, value);
      origins.set(path.join('.'), name);
    }
  }
  const type = typeFor(raw, (variable) => has(variable) || (variable === 'TB_GW_ACCESS_TOKEN' && old.length > 0));
  if (type !== undefined) result = put(result, security('type'), type);
  if (has('TB_GW_PROVISIONING_DEVICE_KEY') && has('TB_GW_PROVISIONING_DEVICE_SECRET'))
    result = preferProvisioning(result);
  const notices = old.map(
    ({ name, instead }) => `The environment variable ${name} is read for old set-ups; say ${instead} instead.`,
  );
  const dropped = ['TB_GW_DEV_MODE', 'TB_GW_DEV_DEBUG_SERVER'].filter(has);
  return { raw: result, origins, notices: [...notices, ...dropped.map((name) => `${name} has no effect here.`)] };
};
