import * as t from 'io-ts';
import { defaulted, optional, refine, required, section } from '../../model/codec.js';
import { regex } from '../../operators/extract/regex.js';
import { topicFilter } from '../../operators/extract/topic-filter.js';
import { checked } from './checked.js';
import { deviceInfo } from './device-info.js';

const compiles = (compile: (text: string) => unknown, text: string): boolean => {
  try {
    compile(text);
    return true;
  } catch {
    return false;
  }
};

const datapoint = checked(
  section('a data point', {
    type: optional(
      t.string,
      'What the value becomes: …int… or …long…, float, double, …bool…; anything else is text; absent keeps it as it is.',
    ),
    key: required(
      t.string,
      'The data point’s name: a text with `${path}` placeholders or, of a topic, a regular expression.',
    ),
    value: required(
      t.string,
      'The value: a text with `${path}` placeholders, or byte slices such as `[0:4]` in a bytes converter.',
    ),
    keySource: optional(
      t.keyof({ message: null, topic: null, constant: null }),
      'Where the key comes from; `topic` makes it a regular expression.',
    ),
    tsField: optional(t.string, 'Path of the device’s own time; the first data point’s counts for the whole section.'),
    dayfirst: optional(t.boolean, 'Dates of `tsField` begin with the day.'),
    yearfirst: optional(t.boolean, 'Dates of `tsField` begin with the year.'),
    hexMode: optional(t.boolean, 'Bytes converter: the slice as two hexadecimal digits a byte.'),
    reportStrategy: optional(t.unknown, 'When this key is reported.'),
  }),
  ({ key, keySource }) =>
    keySource === 'topic' && !compiles(regex, key) ? [{ key: 'key', expected: 'a regular expression' }] : [],
);

type Point = Datapoint | '*';

const isPoint = (value: unknown): value is Point => value === '*' || datapoint.is(value);
const point = Object.assign(
  new t.Type<Point, unknown>(
    datapoint.name,
    isPoint,
    (input, context) => (input === '*' ? t.success(input) : datapoint.validate(input, context)),
    t.identity,
  ),
  { fields: datapoint.fields },
);
const list = t.readonlyArray(point, 'a list of data points, or "*"');
/** "*" alone stands for the whole payload, as the list of only "*" does. */
const points: t.Type<readonly Point[], unknown> = new t.ReadonlyArrayType(
  list.name,
  list.is,
  (input, context) => (input === '*' ? t.success(['*'] as const) : list.validate(input, context)),
  (value: readonly Point[]): unknown => value,
  point,
);

const converter = checked(
  section('a converter', {
    type: optional(t.keyof({ json: null, bytes: null, custom: null }), 'json, bytes or custom.'),
    extension: optional(t.string, 'Name of a custom converter; it wins over `type`.'),
    deviceInfo: optional(deviceInfo, 'Whose data it is; json and bytes converters need it.'),
    attributes: defaulted(points, [], 'Client attributes, or "*" for the whole payload.'),
    timeseries: defaulted(points, [], 'Telemetry, or "*" for the whole payload.'),
    useReceivedTs: defaulted(t.boolean, false, 'Telemetry carries the time of arrival, whatever the message says.'),
    useEval: defaulted(t.boolean, false, 'A finished value that is a formula of numbers is computed.'),
    reportStrategy: optional(t.unknown, 'When the keys of this converter are reported.'),
    extensionConfig: optional(t.unknown, 'Given to the custom converter.'),
    sharedGlobal: optional(t.boolean, 'One custom converter for all mappings that name it.'),
    sharedId: optional(t.string, 'One custom converter for all mappings with this id.'),
    cached: optional(t.boolean, 'Accepted, no effect.'),
    timeout: optional(t.number, 'Accepted, no effect.'),
    sendDataOnlyOnChange: optional(t.boolean, 'Accepted, no effect: see `reportStrategy`.'),
  }),
  ({ type, extension, deviceInfo: info }) =>
    extension === undefined && (type === 'json' || type === 'bytes') && info === undefined
      ? [{ key: 'deviceInfo', expected: 'deviceInfo' }]
      : [],
);

/** One subscription and how its messages become data. */
export const mapping = section('a mapping', {
  topicFilter: required(
    refine(t.string, (text) => compiles(topicFilter, text), 'an MQTT topic filter'),
    'The topics: an MQTT filter with `+` and `#`.',
  ),
  subscriptionQos: defaulted(
    refine(t.union([t.literal(0), t.literal(1), t.literal(2)]), () => true, 'a QoS (0, 1 or 2)'),
    1,
    'Quality of service of the subscription.',
  ),
  converter: required(converter, 'How the payload is read.'),
  reportStrategy: optional(t.unknown, 'When the keys of this mapping are reported.'),
});

export type Datapoint = t.TypeOf<typeof datapoint>;
export type Converter = t.TypeOf<typeof converter>;
export type Mapping = t.TypeOf<typeof mapping>;
