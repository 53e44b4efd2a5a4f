import * as t from 'io-ts';
import { defaulted, optional, refine, section } from '../../model/codec.js';
import type { SectionOf } from '../../model/codec.js';
import { ratesCodec, standardRates } from './rates.js';
import { securityCodec } from './security.js';

const whole = (least: number, most: number, name: string): t.Type<number, unknown> =>
  refine(t.number, (n) => Number.isInteger(n) && n >= least && n <= most, `${name} (${least} to ${most})`);

const seconds = refine(t.number, (n) => n > 0, 'seconds above 0');
const port = whole(1, 65_535, 'a port');
const free = t.UnknownRecord as t.Type<Readonly<Record<string, unknown>>, unknown>;

const statistics = section('statistics', {
  enable: defaulted(t.boolean, true, "Send the gateway's own statistics."),
  statsSendPeriodInSeconds: defaulted(seconds, 60, 'Seconds between two statistics messages.'),
  enableCustom: optional(t.boolean, 'Send the results of custom commands too.'),
  customStatsSendPeriodInSeconds: defaulted(seconds, 3600, 'Seconds between two runs of the custom commands.'),
  configuration: optional(t.string, 'File with the custom commands.'),
});

const fields = {
  host: defaulted(t.string, 'localhost', 'Host of the ThingsBoard platform.'),
  port: defaulted(port, 1883, 'MQTT port of the platform; 8883 always means TLS.'),
  keep_alive: defaulted(whole(1, 65_535, 'seconds'), 120, 'MQTT keep-alive in seconds.'),
  qos: defaulted(
    whole(0, 1, 'a QoS'),
    1,
    'Accepted for compatibility. Data always travels with QoS 1, or its arrival could not be known.',
  ),
  proxy_host: optional(t.string, 'HTTP proxy (accepted, not used yet: the connection is direct).'),
  proxy_port: optional(t.number, 'Port of the HTTP proxy (accepted, not used yet).'),
  security: optional(securityCodec, 'How the gateway proves who it is.'),
  tls: defaulted(t.boolean, false, 'Encrypt the connection. Also on with port 8883, a caCert or a client certificate.'),
  insecure: defaulted(
    t.boolean,
    false,
    'Do not compare the host name with the certificate. The certificate itself is still verified.',
  ),
  provisioning: optional(free, 'Keys with which a new gateway asks for its credentials.'),
  mqttVersion: defaulted(
    refine(t.number, (n) => n === 4 || n === 5, 'an MQTT version (4 or 5)'),
    5,
    '5, or 4 for MQTT 3.1.1, whose acknowledgements carry no reason: what the platform refuses there is lost without a word.',
  ),
  maxPayloadSizeBytes: defaulted(
    whole(64, 268_435_455, 'bytes'),
    8196,
    'Largest payload in encoded bytes. A single larger data point travels alone. The platform can lower it.',
  ),
  maxDevicesPerPublish: defaulted(
    whole(1, 1000, 'devices'),
    1,
    'Devices in one publish. More than 1 needs ThingsBoard 4.2 or later: older ones acknowledge each device by itself.',
  ),
  maxInflightPublishes: defaulted(
    whole(1, 90, 'publishes'),
    50,
    'Publishes that may be unacknowledged at a time. The platform closes connections above 100.',
  ),
  ackTimeoutSeconds: defaulted(
    seconds,
    30,
    'Seconds that the oldest publish may wait for its acknowledgement before the connection is made anew.',
  ),
  rateLimits: defaulted(ratesCodec, standardRates, "The gateway's own telemetry messages; empty or 0:0 is unlimited."),
  dpRateLimits: defaulted(ratesCodec, [], "The gateway's own data points."),
  messagesRateLimits: defaulted(ratesCodec, standardRates, "The gateway's own other messages."),
  deviceRateLimits: defaulted(ratesCodec, standardRates, 'Telemetry messages of all attached devices together.'),
  deviceDpRateLimits: defaulted(ratesCodec, [], 'Data points of all attached devices together.'),
  deviceMessagesRateLimits: defaulted(ratesCodec, standardRates, 'Other messages of all attached devices together.'),
  rateLimitPercentage: defaulted(
    whole(1, 100, 'percent'),
    80,
    'Percent of each rate limit that is used (environment TB_DEFAULT_RATE_LIMIT_PERCENTAGE).',
  ),
  statistics: defaulted(
    statistics,
    { enable: true, statsSendPeriodInSeconds: 60, customStatsSendPeriodInSeconds: 3600 },
    "The gateway's own statistics.",
  ),
  remoteShell: defaulted(t.boolean, false, 'Remote shell over RPC.'),
  remoteConfiguration: defaulted(t.boolean, false, 'Configuration from the platform.'),
  latencyDebugMode: defaulted(t.boolean, false, 'Time stamps of each stage beside the data.'),
  deviceFiltering: optional(
    section('deviceFiltering', {
      enable: defaulted(t.boolean, false, 'Filter devices by name.'),
      filterFile: defaulted(t.string, 'list.json', 'File with the allowed and denied names.'),
    }),
    'Which devices may pass.',
  ),
  reportStrategy: optional(free, 'When a value is reported.'),
  checkingDeviceActivity: optional(
    section('checkingDeviceActivity', {
      checkDeviceInactivity: defaulted(t.boolean, false, 'Disconnect devices that are silent.'),
      inactivityTimeoutSeconds: defaulted(seconds, 50, 'Silence after which a device counts as inactive.'),
      inactivityCheckPeriodSeconds: defaulted(seconds, 1, 'Seconds between two checks.'),
    }),
    'Disconnects devices that are silent.',
  ),
  checkConnectorsConfigurationInSeconds: defaulted(seconds, 60, 'Seconds between two looks at the connector files.'),
  handleDeviceRenaming: defaulted(t.boolean, true, 'Follow devices that are renamed on the platform.'),
  syncDevicesSharedAttributesOnConnect: defaulted(
    t.boolean,
    true,
    "Ask for a device's shared attributes when it connects.",
  ),
  reportStrategyDataCacheCleanupInterval: optional(t.number, 'Accepted for compatibility, without effect.'),
  minPackSendDelayMS: optional(t.number, 'Accepted for compatibility, without effect: an idle gateway sends at once.'),
  minPackSizeToSend: optional(t.number, 'Accepted for compatibility, without effect.'),
  managerEnabled: defaulted(t.boolean, false, 'Local management socket.'),
};

/** The `thingsboard` section of tb_gateway.json. Source: the gateway core specification, §4.1. */
export const thingsBoardCodec = section('thingsboard', fields);

export type ThingsBoardConfig = SectionOf<typeof fields>;
