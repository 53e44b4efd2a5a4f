import * as t from 'io-ts';
import { defaulted, inert, optional, pending, refine, section } from '../../model/codec.js';
import type { SectionOf } from '../../model/codec.js';
import { reportStrategy } from '../../model/report-strategy.js';
import { timerSeconds } from '../../model/timer-seconds.js';
import { whole } from '../../model/whole.js';
import { provisioning } from './provisioning.js';
import { ratesCodec, standardRates } from './rates.js';
import { securityCodec } from './security.js';

const seconds = refine(t.number, (n) => n > 0, 'seconds above 0');
const port = whole('a port', 1, 65_535);

const statistics = section('statistics', {
  enable: defaulted(t.boolean, true, "Send the gateway's own statistics, the states of its connectors and its alerts."),
  statsSendPeriodInSeconds: defaulted(timerSeconds, 60, 'Seconds between two statistics messages, at least 10.'),
  enableCustom: defaulted(t.boolean, false, 'Run the commands of the file `configuration`, and send what they print.'),
  customStatsSendPeriodInSeconds: defaulted(timerSeconds, 3600, 'Seconds between two runs of these commands.'),
  configuration: optional(
    t.string,
    'File with a list of commands: `[{"attributeOnGateway": "kernel", "command": ["uname", "-r"], "timeout": 10}]`. `timeout` is in seconds. No shell reads them.',
  ),
});

const deviceFiltering = section('deviceFiltering', {
  enable: defaulted(t.boolean, false, 'Filter devices by name.'),
  filterFile: defaulted(t.string, 'list.json', 'File with the allowed and denied names.'),
});

const checkingDeviceActivity = section('checkingDeviceActivity', {
  checkDeviceInactivity: defaulted(t.boolean, false, 'Disconnect devices that are silent.'),
  inactivityTimeoutSeconds: defaulted(seconds, 50, 'Seconds of silence after which a device counts as inactive.'),
  inactivityCheckPeriodSeconds: defaulted(timerSeconds, 1, 'Seconds between two checks.'),
});

const fields = {
  host: defaulted(t.string, 'localhost', 'Host of the ThingsBoard platform.'),
  port: defaulted(port, 1883, 'MQTT port of the platform; 8883 always means TLS.'),
  keep_alive: defaulted(whole('seconds', 1, 65_535), 120, 'MQTT keep-alive in seconds.'),
  qos: inert(
    defaulted(
      whole('a QoS', 0, 1),
      1,
      'Data always travels with QoS 1, whatever this says: its arrival could not be known otherwise.',
    ),
  ),
  proxy_host: pending(optional(t.string, 'Host of an HTTP proxy on the way to the platform.')),
  proxy_port: pending(optional(port, 'Port of the HTTP proxy.')),
  security: optional(securityCodec, 'How the gateway proves who it is. Required unless there is `provisioning`.'),
  tls: defaulted(t.boolean, false, 'Encrypt the connection. Also on with port 8883, a caCert or a client certificate.'),
  insecure: defaulted(
    t.boolean,
    false,
    'Do not compare the host name with the certificate. The certificate itself is still verified.',
  ),
  provisioning: optional(
    provisioning,
    'Keys with which a gateway without a `security` section asks for its credentials. The answer is stored in `.credentials` beside this file, or in the data folder if that cannot be written to; delete it to ask again.',
  ),
  mqttVersion: defaulted(
    refine(t.number, (n) => n === 4 || n === 5, 'an MQTT version (4 or 5)'),
    5,
    '5, or 4 for MQTT 3.1.1, whose acknowledgements carry no reason: what the platform refuses there is lost without a word.',
  ),
  maxPayloadSizeBytes: defaulted(
    whole('bytes', 64, 268_435_455),
    8196,
    'Largest payload in encoded bytes. A single larger data point travels alone. The platform can lower it.',
  ),
  maxDevicesPerPublish: defaulted(
    whole('devices', 1, 1000),
    1,
    'Devices in one publish. More than 1 needs ThingsBoard 4.2 or later: older ones acknowledge each device by itself.',
  ),
  maxInflightPublishes: defaulted(
    whole('publishes', 1, 90),
    50,
    'Publishes that may be unacknowledged at a time. The platform closes connections above 100.',
  ),
  ackTimeoutSeconds: defaulted(
    timerSeconds,
    30,
    'Seconds that the oldest publish may wait for its acknowledgement before the connection is made anew.',
  ),
  rateLimits: defaulted(ratesCodec, standardRates, "The gateway's own telemetry messages; empty or 0:0 is unlimited."),
  dpRateLimits: defaulted(ratesCodec, [], "The gateway's own data points."),
  messagesRateLimits: defaulted(ratesCodec, standardRates, "The gateway's own other messages."),
  deviceRateLimits: defaulted(ratesCodec, standardRates, 'Telemetry messages of all attached devices together.'),
  deviceDpRateLimits: defaulted(ratesCodec, [], 'Data points of all attached devices together.'),
  deviceMessagesRateLimits: defaulted(ratesCodec, standardRates, 'Other messages of all attached devices together.'),
  rateLimitPercentage: defaulted(whole('percent', 1, 100), 80, 'Percent of each rate limit that is used.'),
  statistics: defaulted(
    statistics,
    { enable: true, statsSendPeriodInSeconds: 60, enableCustom: false, customStatsSendPeriodInSeconds: 3600 },
    "The gateway's own statistics.",
  ),
  remoteShell: pending(defaulted(t.boolean, false, 'A shell on this machine over RPC.')),
  remoteConfiguration: pending(defaulted(t.boolean, false, 'Configuration from the platform.')),
  latencyDebugMode: pending(defaulted(t.boolean, false, 'Time stamps of each stage beside the data.')),
  deviceFiltering: optional(deviceFiltering, 'Which devices may pass.'),
  reportStrategy: optional(
    reportStrategy,
    'When a value is reported, unless something nearer says it. DISABLED here switches off what nearer ones say, too.',
  ),
  reportStrategyDataCacheCleanupInterval: inert(optional(t.number, 'Seconds between two cleanings of that memory.')),
  checkingDeviceActivity: optional(checkingDeviceActivity, 'Disconnects devices that are silent.'),
  checkConnectorsConfigurationInSeconds: defaulted(
    timerSeconds,
    60,
    "Seconds between two looks at this file and the connectors' files, for a change that the operating system has not told of.",
  ),
  handleDeviceRenaming: defaulted(
    t.boolean,
    true,
    'Follow devices that are renamed on the platform. If not, a renamed device keeps its name here, and the platform makes a new one of that name.',
  ),
  syncDevicesSharedAttributesOnConnect: defaulted(
    t.boolean,
    true,
    "Ask for a device's shared attributes when it connects, and after each reconnect: those that its connector names. They reach the device as an update does.",
  ),
  minPackSendDelayMS: inert(optional(t.number, 'Milliseconds that an idle sender sleeps; this one sends at once.')),
  minPackSizeToSend: inert(optional(t.number, 'Bytes that a pack should have.')),
  managerEnabled: pending(defaulted(t.boolean, false, 'A local management socket.')),
};

/** The `thingsboard` section of tb_gateway.json. Source: the gateway core specification, §4.1. */
export const thingsBoardCodec = section('thingsboard', fields);

/** The `thingsboard` section, decoded, with every default filled in. */
export type ThingsBoardConfig = SectionOf<typeof fields>;
