import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { defaulted, inert, optional, refine, required, section } from '../../../model/codec.js';
import { olderKeys } from '../../../model/older-keys.js';
import { reportStrategy } from '../../../model/report-strategy.js';
import { MOST_BITS, MOST_REGISTERS } from '../reading/limits.js';
import { atLeast } from './at-least.js';
import { connectionFields, connectionMistakes } from './connection-fields.js';
import { point } from './point.js';
import { retries } from './retries.js';
import { rpcRules } from './rpc-rules.js';
import { whole } from '../../../model/whole.js';
import { writeRule } from './write-rule.js';

const text = refine(t.string, (value) => value !== '', 'a text');
const points = t.readonlyArray(point, 'a list of data points');
const DAY_MS = 86_400_000;

const tls = section('the TLS of the connection', {
  certfile: optional(text, 'PEM file of the client’s certificate.'),
  keyfile: optional(text, 'PEM file of the client’s private key.'),
  password: optional(t.string, 'Password of the private key.'),
  cafile: optional(
    text,
    'PEM file of the authority that signed the slave’s certificate; without one those that Node knows are asked.',
  ),
  insecure: defaulted(t.boolean, false, 'The slave’s certificate is not verified, as in the incumbent.'),
});

const fields = {
  ...connectionFields,
  tls: optional(tls, 'TLS on a tcp connection.'),
  unitId: required(whole('a unit', 0, 255), 'The slave’s number behind its address.'),
  deviceName: required(text, 'Name of the device on the platform.'),
  deviceType: defaulted(text, 'default', 'Device profile.'),
  timeout: defaulted(
    refine(t.number, (n) => n > 0 && n <= 3_600, 'seconds (above 0, at most 3600)'),
    30,
    'Seconds that a try to connect or a request may take.',
  ),
  retries: defaulted(retries, 3, 'How often a request without an answer is sent again.'),
  handleLocalEcho: defaulted(t.boolean, false, 'Serial: the line repeats to us what we send.'),
  pollPeriod: required(whole('milliseconds', 1, DAY_MS), 'Milliseconds from one poll to the next.'),
  delayBetweenRequestsMs: defaulted(
    whole('milliseconds', 0, DAY_MS),
    0,
    'Milliseconds between two requests on the connection.',
  ),
  connectAttemptTimeMs: defaulted(
    atLeast(500, 'milliseconds (0 or more; less than 500 counts as 500)'),
    500,
    'Milliseconds between two tries to connect.',
  ),
  connectAttemptCount: defaulted(
    atLeast(2, 'a number of tries (0 or more; less than 2 counts as 2)'),
    2,
    'Tries to connect before a longer pause.',
  ),
  waitAfterFailedAttemptsMs: defaulted(
    atLeast(30_000, 'milliseconds (0 or more; less than 30000 counts as 30000)'),
    30_000,
    'Milliseconds of that pause.',
  ),
  mergeRequests: defaulted(
    t.boolean,
    true,
    'Data points that are near each other are read with one request. A slave that refuses such a request is asked for its points one by one.',
  ),
  maxGapRegisters: defaulted(
    whole('a number of registers', 0, MOST_REGISTERS),
    8,
    'Registers between two data points that nobody asked for and that one request may read along.',
  ),
  maxGapBits: defaulted(whole('a number of bits', 0, MOST_BITS), 64, 'The same, of coils and discrete inputs.'),
  maxRegistersPerRequest: defaulted(
    whole('a number of registers', 1, MOST_REGISTERS),
    MOST_REGISTERS,
    'Registers that the slave gives in one answer.',
  ),
  maxBitsPerRequest: defaulted(
    whole('a number of bits', 1, MOST_BITS),
    MOST_BITS,
    'Bits that the slave gives in one answer.',
  ),
  attributes: defaulted(points, [], 'Data points that are client attributes.'),
  timeseries: defaulted(points, [], 'Data points that are telemetry. A slave without any data point is not polled.'),
  attributeUpdates: defaulted(
    t.readonlyArray(writeRule, 'a list of attribute updates'),
    [],
    'Where changed shared attributes are written.',
  ),
  rpc: defaulted(rpcRules, [], 'What the platform’s calls read and write: a list, or an object by method.'),
  reportStrategy: optional(reportStrategy, 'When the keys of this slave are reported.'),
  uplink_converter: optional(
    text,
    'Name of a converter of your own for what is read: `extensions/modbus/NAME.mjs`. BytesModbusUplinkConverter is the one that is built in.',
  ),
  downlink_converter: optional(
    text,
    'The same for what is written. BytesModbusDownlinkConverter is the one that is built in.',
  ),
  retryOnEmpty: inert(optional(t.boolean, 'An empty answer is no answer.')),
  retryOnInvalid: inert(optional(t.boolean, 'An invalid answer is no answer.')),
  strict: inert(optional(t.boolean, 'Serial lines are always read strictly.')),
  sendDataOnlyOnChange: inert(optional(t.boolean, 'Replaced by `reportStrategy`.')),
};

const modern = (input: unknown): unknown => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const { delay_between_requests_ms: older, ...rest } = input as Readonly<Record<string, unknown>>;
  return older === undefined || rest.delayBetweenRequestsMs !== undefined
    ? rest
    : { ...rest, delayBetweenRequestsMs: older };
};

/** A slave that the gateway polls (modbus.md, `master.slaves[]`). */
export const slave = olderKeys(
  checked(section('a slave', fields), ({ tls: secured, ...it }) => connectionMistakes(it, secured !== undefined)),
  { delay_between_requests_ms: optional(t.number, 'Older name of `delayBetweenRequestsMs`.') },
  modern,
);

export type Slave = t.TypeOf<typeof slave>;
