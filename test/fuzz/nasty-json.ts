import fc from 'fast-check';

/** Keys that mean something to JavaScript, to this gateway or to the platform. */
const keys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  '*',
  'a.b',
  '\u0000',
  '\ud800',
  'ts',
  'values',
  'device',
  'data',
  'id',
  'method',
  'params',
  'deleted',
  'name',
];

/** What JSON can say and JavaScript cannot hold, or other parsers would read in another way. */
const numbers = ['1e999', '-1e999', '9007199254740993', '-0', '1e-400', 'NaN', 'Infinity', '-Infinity', '00', '1.'];

const key = fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 8, unit: 'binary' }));
const quoted = fc
  .oneof(fc.string({ maxLength: 20, unit: 'binary' }), fc.constantFrom(...keys))
  .map((text) => JSON.stringify(text));
const leaf = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '""', '{}', '[]', ...numbers),
  fc.double().map((n) => JSON.stringify(n)),
  fc.integer().map(String),
  fc.bigInt().map(String),
  quoted,
);
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 5 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(key, tie('tree')), { maxLength: 5 })
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  ),
}));

/** Lists or objects within each other, far beyond what any parser of the platform's takes. */
const deep = fc
  .tuple(
    fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[{"params":', '}]']),
    fc.constantFrom(50, 899, 901, 5_000, 60_000),
  )
  .map(([[open = '', close = ''], levels]) => `${open.repeat(levels)}1${close.repeat(levels)}`);
const wide = fc
  .constantFrom(1_000, 20_000)
  .chain((n) =>
    fc.constantFrom(
      `[${'{},'.repeat(n)}1]`,
      `{${Array.from({ length: n }, (_, i) => `"k${i}":${i}`).join(',')}}`,
      `"${'\\u0000'.repeat(n)}"`,
      `"${'a'.repeat(n)}"`,
      '9'.repeat(n),
      `"${'\\\\'.repeat(n)}"`,
    ),
  );

/** JSON of every kind as text: hostile keys, numbers beyond a double, repeated keys, depth and width. Mostly small. */
export const nastyJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: tree },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: wide },
);

/** The same, cut off or with a byte that was changed: nearly JSON. */
const broken = fc
  .tuple(tree, fc.nat(), fc.string({ maxLength: 2, unit: 'binary' }))
  .map(([text, at, other]) => text.slice(0, at % (text.length + 1)) + other + text.slice((at % (text.length + 1)) + 1));

/** A payload: JSON, nearly JSON, or any bytes. */
export const nastyPayload: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: nastyJson.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: broken.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
);
