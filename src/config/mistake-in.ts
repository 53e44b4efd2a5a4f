/** Where a text stops being JSON, for a person who looks for it in an editor: line and column count from 1. */
export interface Mistake {
  readonly line: number;
  readonly column: number;
  readonly found: string;
  readonly expected: string;
}

type Expecting = 'value' | 'first item' | 'key' | 'first key' | 'colon' | 'after';

const expected: Readonly<Record<Expecting, string>> = {
  value: 'a value',
  'first item': 'a value or "]"',
  key: 'a key in double quotes (JSON allows no comma before "}")',
  'first key': 'a key in double quotes or "}"',
  colon: '":"',
  after: '',
};

const closesEmpty: Readonly<Partial<Record<Expecting, ']' | '}'>>> = { 'first item': ']', 'first key': '}' };

const space = /[ \t\n\r]*/y;
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** The offset after the pattern's match at `from`, or `from` if it does not match there. */
const past = (pattern: RegExp, text: string, from: number): number => {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
};

/** The end of the text literal that starts at `from`, or where it goes wrong. */
const closeQuote = (text: string, from: number): { readonly end?: number; readonly wrong: number } => {
  let i = from + 1;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return { end: i + 1, wrong: i };
    if (code < 0x20) return { wrong: i };
    const next = code === 0x5c ? past(escape, text, i) : i + 1;
    if (next === i) return { wrong: i };
    i = next;
  }
  return { wrong: i };
};

const report = (text: string, offset: number, what: string): Mistake => {
  const before = text.slice(0, offset);
  const point = text.codePointAt(offset);
  const found =
    point === undefined
      ? 'the end of the file'
      : point === 10 || point === 13
        ? 'the end of the line'
        : JSON.stringify(String.fromCodePoint(point));
  return {
    line: before.split('\n').length,
    column: offset - before.lastIndexOf('\n'),
    found,
    expected: what,
  };
};

/**
 * The first mistake that keeps a text from being JSON, or nothing if it is JSON.
 *
 * Promises: agrees with `JSON.parse` on what is JSON, except that arrays and objects nested deeper than `depth` are a mistake;
 * works in one pass and without recursion; shows one character of the text and no more of it.
 */
export const mistakeIn = (text: string, depth = 64): Mistake | undefined => {
  const open: ('}' | ']')[] = [];
  let expecting: Expecting = 'value';
  let i = 0;
  for (;;) {
    i = past(space, text, i);
    const char = text[i];
    const closer = open.at(-1);
    const isKey: boolean = expecting === 'key' || expecting === 'first key';
    if (expecting === 'after') {
      if (closer === undefined) return char === undefined ? undefined : report(text, i, 'the end of the file');
      if (char === ',') expecting = closer === '}' ? 'key' : 'value';
      else if (char === closer) open.pop();
      else return report(text, i, `"," or "${closer}"`);
      i += 1;
    } else if (closesEmpty[expecting] !== undefined && char === closesEmpty[expecting]) {
      open.pop();
      expecting = 'after';
      i += 1;
    } else if (expecting === 'colon') {
      if (char !== ':') return report(text, i, expected.colon);
      expecting = 'value';
      i += 1;
    } else if (char === '"') {
      const { end, wrong } = closeQuote(text, i);
      if (end === undefined) return report(text, wrong, 'the rest of a text and its closing quote');
      expecting = isKey ? 'colon' : 'after';
      i = end;
    } else if (isKey) return report(text, i, expected[expecting]);
    else if (char === '{' || char === '[') {
      if (open.length >= depth) return report(text, i, `at most ${depth} levels of nesting`);
      open.push(char === '{' ? '}' : ']');
      expecting = char === '{' ? 'first key' : 'first item';
      i += 1;
    } else {
      const end = past(scalar, text, i);
      if (end === i) return report(text, i, expected[expecting]);
      expecting = 'after';
      i = end;
    }
  }
};
