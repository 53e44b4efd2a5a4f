import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { defaulted, required, section } from '../../../model/codec.js';
import { timerSeconds } from '../../../model/timer-seconds.js';
import { expressionMistake } from '../../../operators/extract/expression-mistake.js';
import { endpointFields } from './endpoint-fields.js';

/** An endpoint at which devices ask for attributes of the platform. */
export const attributeRequest = checked(
  section('an attribute request: {"endpoint", "HTTPMethods", "deviceNameExpression", "attributeNameExpression", …}', {
    ...endpointFields,
    type: defaulted(t.keyof({ shared: null, client: null }), 'shared', 'Whose attributes they are.'),
    timeout: defaulted(timerSeconds, 10, 'Seconds that the request waits for the platform; then it is answered 408.'),
    deviceNameExpression: required(t.string, 'The device’s name: a text with `${path}` placeholders.'),
    attributeNameExpression: required(
      t.string,
      'The attributes’ names: each `${path}` placeholder gives one; one that finds nothing gives none.',
    ),
  }),
  (rule) =>
    (['deviceNameExpression', 'attributeNameExpression'] as const).flatMap((key) => {
      const expected = expressionMistake(undefined, rule[key]);
      return expected === undefined ? [] : [{ key, expected }];
    }),
);

export type AttributeRequestRule = t.TypeOf<typeof attributeRequest>;
