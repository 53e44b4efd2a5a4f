import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { optional, required, section } from '../../../model/codec.js';
import { reportStrategy } from '../../../model/report-strategy.js';
import { expressionMistake } from '../../../operators/extract/expression-mistake.js';

/** One value of a request. */
export const datapoint = checked(
  section('a data point', {
    type: optional(
      t.string,
      'What the value becomes: …int… or …long…, float, double, …bool…; anything else is text; absent keeps it as it is.',
    ),
    key: required(t.string, 'The data point’s name: a text with `${path}` placeholders.'),
    value: required(t.string, 'The value: a text with `${path}` placeholders.'),
    tsField: optional(t.string, 'Path of the device’s own time; the first data point’s counts for the whole section.'),
    dayfirst: optional(t.boolean, 'Dates of `tsField` begin with the day.'),
    yearfirst: optional(t.boolean, 'Dates of `tsField` begin with the year.'),
    reportStrategy: optional(reportStrategy, 'When this key is reported.'),
  }),
  ({ key, value }) =>
    [
      { key: 'key', expected: expressionMistake(undefined, key) },
      { key: 'value', expected: expressionMistake(undefined, value) },
    ].flatMap(({ key: at, expected }) => (expected === undefined ? [] : [{ key: at, expected }])),
);

export type Datapoint = t.TypeOf<typeof datapoint>;
