/** Where in the main file a variable's value goes. */
export type Path = readonly [string, ...string[]];

/** A variable of the environment that the gateway reads. */
export interface Variable {
  readonly name: string;
  /** What the documentation says of it. */
  readonly doc: string;
  /** The members of the main file that it beats; none for what only the start reads. */
  readonly paths: readonly Path[];
  readonly numeric?: boolean;
}

const at = (...keys: Path): Path => ['thingsboard', ...keys];

const member = (name: string, key: string, numeric = false): Variable => ({
  name,
  doc: '',
  paths: [at(key)],
  ...(numeric ? { numeric } : {}),
});
const security = (name: string, key: string): Variable => ({ name, doc: '', paths: [at('security', key)] });
const provisioning = (name: string, key: string): Variable => ({ name, doc: '', paths: [at('provisioning', key)] });
const start = (name: string, doc: string): Variable => ({ name, doc, paths: [] });

/**
 * Every variable that the gateway reads (core.md §5). Later ones win over earlier ones where they set the same member. An empty one counts as
 * absent. The documentation is generated from this list.
 */
export const environment: readonly Variable[] = [
  start('TB_GW_CONFIG_DIR', 'The configuration folder, if the command line names none. Default: ./config.'),
  start('TB_GW_LOGS_PATH', 'The folder of all log files, whatever folder logs.json gives them.'),
  start('TB_GW_LOG_LEVEL', 'error, warn, info, debug or none: for every line, above logs.json and `logLevel`.'),
  start('TB_GW_LOG_FORMAT', 'text or json. Default: text.'),
  member('TB_GW_HOST', 'host'),
  member('TB_GW_PORT', 'port', true),
  member('TB_GW_PROXY_HOST', 'proxy_host'),
  member('TB_GW_PROXY_PORT', 'proxy_port', true),
  {
    name: 'TB_GW_RATE_LIMITS',
    doc: 'All four limits of messages.',
    paths: [at('rateLimits'), at('messagesRateLimits'), at('deviceRateLimits'), at('deviceMessagesRateLimits')],
  },
  {
    name: 'TB_GW_DP_RATE_LIMITS',
    doc: 'Both limits of data points.',
    paths: [at('dpRateLimits'), at('deviceDpRateLimits')],
  },
  member('TB_GW_MESSAGES_RATE_LIMITS', 'messagesRateLimits'),
  member('TB_GW_DEVICE_RATE_LIMITS', 'deviceRateLimits'),
  member('TB_GW_DEVICE_DP_RATE_LIMITS', 'deviceDpRateLimits'),
  member('TB_GW_DEVICE_MESSAGES_RATE_LIMITS', 'deviceMessagesRateLimits'),
  { ...member('TB_GW_DEVICE_MESSAGES_RATE_LIMIT', 'deviceMessagesRateLimits'), doc: 'Another spelling of it.' },
  member('TB_DEFAULT_RATE_LIMIT_PERCENTAGE', 'rateLimitPercentage', true),
  security('TB_GW_CA_CERT', 'caCert'),
  security('TB_GW_PRIVATE_KEY', 'privateKey'),
  security('TB_GW_CERT', 'cert'),
  security('TB_GW_CLIENT_ID', 'clientId'),
  security('TB_GW_USERNAME', 'username'),
  security('TB_GW_PASSWORD', 'password'),
  security('TB_GW_ACCESS_TOKEN', 'accessToken'),
  security('TB_GW_SECURITY_TYPE', 'type'),
  provisioning('TB_GW_PROVISIONING_DEVICE_KEY', 'provisionDeviceKey'),
  provisioning('TB_GW_PROVISIONING_DEVICE_SECRET', 'provisionDeviceSecret'),
  provisioning('TB_GW_PROVISIONING_NAME', 'deviceName'),
  provisioning('TB_GW_PROVISIONING_ACCESS_TOKEN', 'access_token'),
  provisioning('TB_GW_PROVISIONING_USERNAME', 'username'),
  provisioning('TB_GW_PROVISIONING_PASSWORD', 'password'),
  provisioning('TB_GW_PROVISIONING_CLIENT_ID', 'client_id'),
  provisioning('TB_GW_PROVISIONING_CA_CERT_FILENAME', 'caCert'),
];

/** What the first releases of the incumbent's Docker image read. Below the others, and only beside an `accessToken`. */
export const legacy: readonly (Variable & { readonly instead: string })[] = [
  { ...member('host', 'host'), instead: 'TB_GW_HOST' },
  { ...member('port', 'port', true), instead: 'TB_GW_PORT' },
  { ...security('accessToken', 'accessToken'), instead: 'TB_GW_ACCESS_TOKEN' },
];
