import * as t from 'io-ts';
import { isExtensionName } from '../../../extensions/extension-file.js';
import { checked } from '../../../model/checked.js';
import { defaulted, inert, optional, refine, required, section } from '../../../model/codec.js';
import { olderKeys } from '../../../model/older-keys.js';
import { reportStrategy } from '../../../model/report-strategy.js';
import { timerSeconds } from '../../../model/timer-seconds.js';
import { datapoint } from './datapoint.js';
import { deviceInfo } from './device-info.js';
import { endpointFields } from './endpoint-fields.js';

const points = t.readonlyArray(datapoint, 'a list of data points');

const converter = olderKeys(
  checked(
    section('a converter', {
      type: optional(t.keyof({ json: null, custom: null }), 'json or custom.'),
      extension: optional(
        refine(t.string, isExtensionName, 'the name of a file in extensions/rest, without its ending'),
        'Name of a custom converter: the module `extensions/rest/NAME.js` (or `.mjs`) in the configuration folder. It wins over `type`.',
      ),
      extensionConfig: optional(t.UnknownRecord, 'Given to the custom converter.'),
      deviceInfo: optional(deviceInfo, 'Whose data it is; the json converter needs it.'),
      attributes: defaulted(points, [], 'Client attributes.'),
      timeseries: defaulted(points, [], 'Telemetry.'),
      reportStrategy: optional(reportStrategy, 'When the keys of this converter are reported.'),
      sendDataOnlyOnChange: inert(optional(t.boolean, 'Replaced by `reportStrategy`.')),
    }),
    ({ extension, type, deviceInfo: info }) => [
      ...(type === 'custom' && extension === undefined ? [{ key: 'extension', expected: 'extension' }] : []),
      ...(extension === undefined && type !== 'custom' && info === undefined
        ? [{ key: 'deviceInfo', expected: 'deviceInfo' }]
        : []),
    ],
  ),
  {
    deviceNameExpression: optional(t.string, 'Older form of `deviceInfo`: the name.'),
    deviceTypeExpression: optional(t.string, 'Older form of `deviceInfo`: the profile.'),
    'extension-config': optional(t.UnknownRecord, 'Older name of `extensionConfig`.'),
  },
);

const isJson = (value: unknown): boolean => value !== undefined;
const answer = refine(t.unknown, isJson, 'a text, or JSON');

const response = checked(
  section('response', {
    responseExpected: defaulted(
      t.boolean,
      false,
      'The request waits for an attribute of its device; the attribute `responseExpected` tells the platform so.',
    ),
    responseAttribute: optional(t.string, 'The shared attribute whose next value is the answer.'),
    timeout: defaulted(timerSeconds, 120, 'Seconds that the request waits for it; then it is answered 408.'),
    successResponse: optional(answer, 'The body of a success. Absent: none.'),
    unsuccessfulResponse: optional(answer, 'The body of a failure. Absent: `{"error": the reason}`.'),
  }),
  ({ responseExpected, responseAttribute }) =>
    responseExpected && responseAttribute === undefined
      ? [{ key: 'responseAttribute', expected: 'the name of an attribute' }]
      : [],
);

const nothing: t.TypeOf<typeof response> = { responseExpected: false, timeout: 120 };

/** One endpoint and how its requests become data. */
export const mapping = section('a mapping', {
  ...endpointFields,
  response: defaulted(response, nothing, 'What the device is answered.'),
  converter: required(converter, 'How a request is read.'),
  reportStrategy: optional(reportStrategy, 'When the keys of this mapping are reported.'),
});

export type RestConverter = t.TypeOf<typeof converter>;
export type ResponseOptions = t.TypeOf<typeof response>;
export type Mapping = t.TypeOf<typeof mapping>;
