import * as t from 'io-ts';
import { defaulted, required, section } from '../../../model/codec.js';
import { checked, type Mistake } from '../../../model/checked.js';
import { expressionMistake } from '../../../operators/extract/expression-mistake.js';

const source = t.keyof({ message: null, topic: null, constant: null });

const mistakes = (key: string, from: string, expression: string): readonly Mistake[] => {
  const expected = expressionMistake(from, expression);
  return expected === undefined ? [] : [{ key, expected }];
};

/** Whose data a message is: where the device's name and profile come from. */
export const deviceInfo = checked(
  section('deviceInfo', {
    deviceNameExpressionSource: defaulted(
      source,
      'message',
      'Where the name comes from: the message, the topic or the configuration.',
    ),
    deviceNameExpression: required(
      t.string,
      'The name: a text with `${path}` placeholders or, of a topic, a regular expression.',
    ),
    deviceProfileExpressionSource: defaulted(
      source,
      'message',
      'Where the profile comes from: the message, the topic or the configuration.',
    ),
    deviceProfileExpression: defaulted(t.string, 'default', 'The device profile, in the same form as the name.'),
  }),
  (info) => [
    ...mistakes('deviceNameExpression', info.deviceNameExpressionSource, info.deviceNameExpression),
    ...mistakes('deviceProfileExpression', info.deviceProfileExpressionSource, info.deviceProfileExpression),
  ],
);

export type DeviceInfo = t.TypeOf<typeof deviceInfo>;
