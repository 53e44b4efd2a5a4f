import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mistakeIn } from '../../src/config/mistake-in.js';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('a mistake is found where a person would look', () => {
  test.each([
    ['', 1, 1, 'the end of the file', 'a value'],
    ['{"a":1,}', 1, 8, '"}"', 'a key in double quotes (JSON allows no comma before "}")'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, '"\\""', '"," or "}"'],
    ['{\r\n  "a": nul\r\n}', 2, 8, '"n"', 'a value'],
    ["{'a': 1}", 1, 2, '"\'"', 'a key in double quotes or "}"'],
    ['{"a" 1}', 1, 6, '"1"', '":"'],
    ['[1, 2', 1, 6, 'the end of the file', '"," or "]"'],
    ['[1,]', 1, 4, '"]"', 'a value'],
    ['[1] // note', 1, 5, '"/"', 'the end of the file'],
    ['{"a": "x\ny"}', 1, 9, 'the end of the line', 'the rest of a text and its closing quote'],
    ['{"a": "\\x"}', 1, 8, '"\\\\"', 'the rest of a text and its closing quote'],
    ['{"a": 01}', 1, 8, '"1"', '"," or "}"'],
    ['{"é": 😀}', 1, 7, '"😀"', 'a value'],
    ['[[[]]]', 1, 3, '"["', 'at most 2 levels of nesting'],
  ])('%j', (text, line, column, found, expected) => {
    expect(mistakeIn(text, 2)).toEqual({ line, column, found, expected });
  });
});

test('it agrees with JSON.parse on what is JSON', () => {
  const json = fc.json({ maxDepth: 5 });
  const pretty = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value, null, 2));
  const broken = fc
    .tuple(
      pretty,
      fc.nat(),
      fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '1', '-', 'e', '.', 'u', '\n', '\u0000'),
    )
    .map(([text, at, insert]) => {
      const i = at % (text.length + 1);
      return text.slice(0, i) + insert + text.slice(insert === '' ? i + 1 : i);
    });
  fc.assert(
    fc.property(fc.oneof(json, pretty, broken, fc.string()), (text) => {
      expect(mistakeIn(text, 1_000) === undefined).toBe(isJson(text));
    }),
    { numRuns: 2_000 },
  );
});

test('a text a hundred thousand levels deep or two million characters long needs no stack', () => {
  expect(mistakeIn('['.repeat(100_000), 64)?.column).toBe(65);
  expect(mistakeIn(JSON.stringify('x"\\'.repeat(700_000)))).toBeUndefined();
});
