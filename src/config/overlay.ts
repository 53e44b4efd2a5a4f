type Tree = Readonly<Record<string, unknown>>;
type Path = readonly [string, ...string[]];

interface Override {
  readonly variable: string;
  readonly paths: readonly Path[];
  readonly numeric?: boolean;
}

const at = (...keys: Path): Path => ['thingsboard', ...keys];
const security = (key: string): readonly Path[] => [at('security', key)];

/** Later ones win. */
const overrides: readonly Override[] = [
  { variable: 'TB_GW_HOST', paths: [at('host')] },
  { variable: 'TB_GW_PORT', paths: [at('port')], numeric: true },
  { variable: 'TB_GW_PROXY_HOST', paths: [at('proxy_host')] },
  { variable: 'TB_GW_PROXY_PORT', paths: [at('proxy_port')], numeric: true },
  {
    variable: 'TB_GW_RATE_LIMITS',
    paths: [at('rateLimits'), at('messagesRateLimits'), at('deviceRateLimits'), at('deviceMessagesRateLimits')],
  },
  { variable: 'TB_GW_DP_RATE_LIMITS', paths: [at('dpRateLimits'), at('deviceDpRateLimits')] },
  { variable: 'TB_GW_MESSAGES_RATE_LIMITS', paths: [at('messagesRateLimits')] },
  { variable: 'TB_GW_DEVICE_RATE_LIMITS', paths: [at('deviceRateLimits')] },
  { variable: 'TB_GW_DEVICE_DP_RATE_LIMITS', paths: [at('deviceDpRateLimits')] },
  { variable: 'TB_GW_DEVICE_MESSAGES_RATE_LIMITS', paths: [at('deviceMessagesRateLimits')] },
  { variable: 'TB_GW_DEVICE_MESSAGES_RATE_LIMIT', paths: [at('deviceMessagesRateLimits')] },
  { variable: 'TB_DEFAULT_RATE_LIMIT_PERCENTAGE', paths: [at('rateLimitPercentage')], numeric: true },
  { variable: 'TB_GW_CA_CERT', paths: security('caCert') },
  { variable: 'TB_GW_PRIVATE_KEY', paths: security('privateKey') },
  { variable: 'TB_GW_CERT', paths: security('cert') },
  { variable: 'TB_GW_CLIENT_ID', paths: security('clientId') },
  { variable: 'TB_GW_USERNAME', paths: security('username') },
  { variable: 'TB_GW_PASSWORD', paths: security('password') },
  { variable: 'TB_GW_ACCESS_TOKEN', paths: security('accessToken') },
  { variable: 'TB_GW_SECURITY_TYPE', paths: security('type') },
];

/** What the first releases of the gateway's Docker image read. Below the others. */
const legacy: readonly Override[] = [
  { variable: 'host', paths: [at('host')] },
  { variable: 'port', paths: [at('port')], numeric: true },
  { variable: 'accessToken', paths: security('accessToken') },
];

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy with one member set. What stands where a section should be is left for the codec to report. */
const put = (tree: unknown, [key, ...rest]: readonly string[], value: unknown): unknown => {
  if (key === undefined) return value;
  if (tree !== undefined && tree !== null && !isTree(tree)) return tree;
  return { ...tree, [key]: put(isTree(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined, rest, value) };
};

const read = (tree: unknown, keys: readonly string[]): unknown =>
  keys.reduce<unknown>((value, key) => (isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined), tree);

/** A credential from the environment must count: the file's security type gives way if it would not use it. */
const typeFor = (raw: unknown, has: (variable: string) => boolean): string | undefined => {
  const type = read(raw, at('security', 'type'));
  if (has('TB_GW_SECURITY_TYPE') || typeof type !== 'string') return undefined;
  if (has('TB_GW_ACCESS_TOKEN')) return /^(tls)?access_?token$/i.test(type) ? undefined : 'accessToken';
  const named = has('TB_GW_USERNAME') || has('TB_GW_PASSWORD');
  return named && !/^(usernamepassword|mqtt_basic)$/i.test(type) ? 'usernamePassword' : undefined;
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
 * the old Docker commands set them together: a stray `port` of another program cannot redirect the connection.
 */
export const overlay = (raw: unknown, env: Readonly<Record<string, string | undefined>>): Overlaid => {
  const has = (variable: string): boolean => (env[variable] ?? '') !== '';
  const old = has('accessToken') ? legacy.filter(({ variable }) => has(variable)) : [];
  const origins = new Map<string, string>();
  let result = raw;
  for (const { variable, paths, numeric } of [...old, ...overrides]) {
    const text = env[variable] ?? '';
    if (text === '') continue;
    const value = numeric && /^\d{1,9}$/.test(text) ? Number(text) : text;
    for (const path of paths) {
      result = put(result, path, value);
      origins.set(path.join('.'), variable);
    }
  }
  const type = typeFor(raw, (variable) => has(variable) || (variable === 'TB_GW_ACCESS_TOKEN' && old.length > 0));
  if (type !== undefined) result = put(result, at('security', 'type'), type);
  const notices = old.map(
    ({ variable }) =>
      `The environment variable ${variable} is read for old set-ups; say TB_GW_${legacyName(variable)} instead.`,
  );
  return { raw: result, origins, notices };
};

const legacyName = (variable: string): string => (variable === 'accessToken' ? 'ACCESS_TOKEN' : variable.toUpperCase());
