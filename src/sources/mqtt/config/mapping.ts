import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { defaulted, inert, optional, refine, required, section } from '../../../model/codec.js';
import { olderKeys } from '../../../model/older-keys.js';
import { isExtensionName } from '../../../extensions/extension-file.js';
import { reportStrategy } from '../../../model/report-strategy.js';
import { deviceInfo } from './device-info.js';
import { expressionMistake } from '../../../operators/extract/expression-mistake.js';
import { formulaMistakes } from './formula-mistakes.js';
import { olderDeviceKeys } from './older-device-keys.js';
import { subscriptionFields } from './subscription-fields.js';

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
    reportStrategy: optional(reportStrategy, 'When this key is reported.'),
  }),
  ({ key, keySource, value }) =>
    [
      { key: 'key', expected: expressionMistake(keySource, key) },
      { key: 'value', expected: expressionMistake('message', value) },
    ].flatMap(({ key: at, expected }) => (expected === undefined ? [] : [{ key: at, expected }])),
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

const converter = olderKeys(
  checked(
    section('a converter', {
      type: optional(t.keyof({ json: null, bytes: null, custom: null }), 'json, bytes or custom.'),
      extension: optional(
        refine(t.string, isExtensionName, 'the name of a file in extensions/mqtt, without its ending'),
        'Name of a custom converter: the module `extensions/mqtt/NAME.js` (or `.mjs`) in the configuration folder. It wins over `type`.',
      ),
      deviceInfo: optional(deviceInfo, 'Whose data it is; json and bytes converters need it.'),
      attributes: defaulted(points, [], 'Client attributes, or "*" for the whole payload.'),
      timeseries: defaulted(points, [], 'Telemetry, or "*" for the whole payload.'),
      useReceivedTs: defaulted(t.boolean, false, 'Telemetry carries the time of arrival, whatever the message says.'),
      useEval: defaulted(
        t.boolean,
        false,
        'A finished value that is a formula of numbers is computed: `+ - * / // % **`, parentheses, abs, min, max, round, int and float. Code is refused.',
      ),
      reportStrategy: optional(reportStrategy, 'When the keys of this converter are reported.'),
      extensionConfig: optional(t.UnknownRecord, 'Given to the custom converter.'),
      sharedGlobal: optional(t.boolean, 'One custom converter for all mappings that name it.'),
      sharedId: optional(t.string, 'One custom converter for all mappings that name it with this id.'),
      cached: inert(optional(t.boolean, 'A custom converter is always made once.')),
      timeout: inert(optional(t.number, 'Conversion takes no time to wait for.')),
      sendDataOnlyOnChange: inert(optional(t.boolean, 'Replaced by `reportStrategy`.')),
    }),
    ({ type, extension, deviceInfo: info, useEval, attributes, timeseries }) => [
      ...(extension === undefined && (type === 'json' || type === 'bytes') && info === undefined
        ? [{ key: 'deviceInfo', expected: 'deviceInfo' }]
        : []),
      ...(useEval ? [...formulaMistakes('attributes', attributes), ...formulaMistakes('timeseries', timeseries)] : []),
    ],
  ),
  {
    ...olderDeviceKeys,
    deviceNameExpression: optional(t.string, 'Older form of `deviceInfo` in a bytes converter: the name.'),
    deviceTypeExpression: optional(t.string, 'Older form of `deviceInfo` in a bytes converter: the profile.'),
    'extension-config': optional(t.UnknownRecord, 'Older name of `extensionConfig`.'),
  },
);

/** One subscription and how its messages become data. */
export const mapping = section('a mapping', {
  ...subscriptionFields,
  converter: required(converter, 'How the payload is read.'),
  reportStrategy: optional(reportStrategy, 'When the keys of this mapping are reported.'),
});

export type Datapoint = t.TypeOf<typeof datapoint>;
export type Converter = t.TypeOf<typeof converter>;
export type Mapping = t.TypeOf<typeof mapping>;
