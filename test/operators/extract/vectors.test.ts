import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/message.js';
import { arithmetic } from '../../../src/operators/extract/arithmetic.js';
import { cast } from '../../../src/operators/extract/cast.js';
import { expression } from '../../../src/operators/extract/expression.js';
import { findKey } from '../../../src/operators/extract/find-key.js';
import { own } from '../../../src/operators/extract/own.js';
import { placeholders } from '../../../src/operators/extract/placeholders.js';
import { template } from '../../../src/operators/extract/template.js';
import { textOf } from '../../../src/operators/extract/text-of.js';
import { timestamp } from '../../../src/operators/extract/timestamp.js';
import { topicFilter } from '../../../src/operators/extract/topic-filter.js';
import { otherwise } from '../../fixtures/compat/otherwise.js';
import { topicRegex } from '../../../src/operators/extract/topic-regex.js';
import { valuesOf } from '../../../src/operators/extract/values-of.js';

/** What the vectors' inputs hold, each of them some of it. */
interface Input {
  readonly expression: string;
  readonly body: Json;
  readonly valueType: string;
  readonly getTag: boolean;
  readonly expressionInsteadNone: boolean;
  readonly text: string;
  readonly data: Json;
  readonly topicFilter: string;
  readonly topic: string;
  readonly value: Json;
  readonly type: string;
  readonly useEval: boolean;
  readonly useDefault: boolean;
  readonly field: string;
}
interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly config: Readonly<Record<string, string>>;
  readonly input: Input;
  readonly expected: unknown;
}
interface Vectors {
  readonly now: number;
  readonly timeZone: string;
  readonly vectors: readonly Vector[];
}

const load = (file: string): Vectors =>
  JSON.parse(readFileSync(new URL(`../../fixtures/compat/vectors/${file}`, import.meta.url), 'utf8'));

/** Topics in which the incumbent's patterns and the MQTT standard agree. */
const topics = [
  'a/b',
  'a/b/c',
  'b/c',
  'ab/c',
  'x',
  '$aws/things/x',
  '$aws/things/x/y',
  '$aws/thing/x',
  'xaws/things/y',
];
/** Filters are not made into regular expressions here: the one that was expected has to match what ours does. */
const sameMeaning = ({ input, expected }: Vector): unknown => {
  const [ours, theirs] = [topicFilter(input.topicFilter), new RegExp(`^(?:${String(expected)})$`)];
  const wild = /^[+#]/.test(input.topicFilter);
  const differ = topics.filter((topic) => !(wild && topic.startsWith('$')) && ours(topic) !== theirs.test(topic));
  return differ.length === 0 ? expected : differ;
};

const missing = (orExpression: boolean): 'expression' | 'null' => (orExpression ? 'expression' : 'null');

const run: Readonly<Record<string, (vector: Vector, now: number) => unknown>> = {
  get_value: ({ input }) => {
    if (input.getTag) return placeholders(input.expression).flatMap((p) => (typeof p === 'string' ? [] : [p.path]))[0];
    const options = { type: input.valueType, missing: missing(input.expressionInsteadNone) };
    return expression(input.expression, options)(input.body);
  },
  get_values: ({ input }) => {
    const options = { type: input.valueType, missing: missing(input.expressionInsteadNone) };
    return valuesOf(input.expression, options)(input.body);
  },
  replace_params_tags: ({ input }) =>
    textOf(template(input.text, 'keep')(own(input.data, 'data') ?? null) ?? input.text),
  topic_match: ({ input }) => topicFilter(input.topicFilter)(input.topic),
  convert_data_type: ({ input }) => cast(input.type)(input.useEval ? arithmetic(textOf(input.value))! : input.value),
  resolve_ts: ({ config, input }, now) => (input.useDefault ? timestamp(config)(input.data, now) : null),
  find_ts_field: ({ input }) => findKey(input.data, input.field),
  value_from_topic: ({ input }) => topicRegex(input.expression)(input.topic),
  topic_to_regex: sameMeaning,
};

describe.each(['common.json', 'mqtt.json'])('%s', (file) => {
  const { now, timeZone, vectors } = load(file);
  const zone = process.env.TZ;
  beforeAll(() => void (process.env.TZ = timeZone));
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  const ours = vectors.filter(({ kind }) => kind in run);

  it('has vectors of these kinds', () => expect(ours.length).toBeGreaterThanOrEqual(5));

  it.each(ours.map((vector) => [vector.kind, vector.name, vector] as const))('%s: %s', (kind, name, vector) => {
    const id = `${file.replace('.json', '')}/${kind}/${name}`;
    expect(run[kind]!(vector, now)).toEqual(otherwise.has(id) ? otherwise.get(id) : vector.expected);
  });
});
