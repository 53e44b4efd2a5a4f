import { formulaFunctions } from './formula-functions.js';

/** Characters of a formula. Nesting is bounded with it. */
const LONGEST = 256;
const tokens = /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|(\*\*|\/\/|[-+*/%(),]|[a-z]+))/iy;

const lex = (text: string): readonly string[] | undefined => {
  const found: string[] = [];
  const source = text.trimEnd();
  tokens.lastIndex = 0;
  while (tokens.lastIndex < source.length) {
    const match = tokens.exec(source);
    if (!match) return undefined;
    found.push(match[1] ?? match[2] ?? '');
  }
  return found;
};

const apply = (operator: string, a: number, b: number): number => {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (operator === '*') return a * b;
  if (operator === '/') return a / b;
  if (operator === '//') return Math.floor(a / b);
  return a - b * Math.floor(a / b);
};

/**
 * Computes a formula of numbers, `+ - * / // % **`, parentheses, and abs, min, max, round, int and float, with the precedence and the
 * results of Python.
 *
 * This is all that `useEval` does here: nothing that a message brings is ever run as a program. Undefined for anything else,
 * for formulas beyond 256 characters, and for results that are no finite number.
 */
export const arithmetic = (text: string): number | undefined => {
  const all = text.length > LONGEST ? undefined : lex(text);
  if (!all || all.length === 0) return undefined;
  let at = 0;
  const accept = (...some: readonly string[]): string | undefined => {
    const token = all[at];
    if (token === undefined || !some.includes(token)) return undefined;
    at += 1;
    return token;
  };
  const call = (name: string): number => {
    const of = formulaFunctions.get(name);
    if (!of) return NaN;
    at += 1;
    if (!accept('(')) return NaN;
    const args = [sum()];
    while (accept(',')) args.push(sum());
    return accept(')') ? of(args) : NaN;
  };
  const atom = (): number => {
    if (accept('(')) {
      const value = sum();
      return accept(')') ? value : NaN;
    }
    const name = all[at];
    if (name !== undefined && /^[a-z]/i.test(name)) return call(name);
    const number = all[at];
    at += 1;
    return number !== undefined && /^[\d.]/.test(number) ? Number(number) : NaN;
  };
  const power = (): number => {
    const base = atom();
    return accept('**') ? base ** signed() : base;
  };
  const signed = (): number => {
    const sign = accept('-', '+');
    if (sign === undefined) return power();
    return sign === '-' ? -signed() : signed();
  };
  const chain = (next: () => number, ...operators: readonly string[]): number => {
    let value = next();
    for (let operator = accept(...operators); operator !== undefined; operator = accept(...operators))
      value = apply(operator, value, next());
    return value;
  };
  const product = (): number => chain(signed, '*', '/', '//', '%');
  const sum = (): number => chain(product, '+', '-');
  const result = sum();
  return at === all.length && Number.isFinite(result) ? result : undefined;
};
