import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { defaulted, required, section } from '../../../model/codec.js';
import { expressionMistake } from '../../../operators/extract/expression-mistake.js';

/** Anything but `constant` means the request, as the incumbent has it. */
const source = t.string;

/** Whose data a request is. */
export const deviceInfo = checked(
  section('deviceInfo', {
    deviceNameExpressionSource: defaulted(source, 'request', 'Where the name comes from: `request`, or `constant`.'),
    deviceNameExpression: required(t.string, 'The name: a text with `${path}` placeholders.'),
    deviceProfileExpressionSource: defaulted(
      source,
      'request',
      'Where the profile comes from: `request`, or `constant`.',
    ),
    deviceProfileExpression: defaulted(t.string, 'default', 'The device profile, in the same form as the name.'),
  }),
  (info) =>
    (['deviceNameExpression', 'deviceProfileExpression'] as const).flatMap((key) => {
      const expected = info[`${key}Source`] === 'constant' ? undefined : expressionMistake(undefined, info[key]);
      return expected === undefined ? [] : [{ key, expected }];
    }),
);

export type DeviceInfo = t.TypeOf<typeof deviceInfo>;
