import { createRequire } from 'node:module';
import type * as P3 from 'json-p3';
import type { Json } from '../../model/message.js';
import { own } from './own.js';

/** Loaded when a path first needs it: most need none, and it costs 5 MB. */
const p3 = (): typeof P3 => createRequire(import.meta.url)('json-p3') as typeof P3;

interface Step {
  readonly kind: 'name' | 'index' | 'other';
  readonly text: string;
  readonly deep: boolean;
}

const step =
  /(\.{0,2})\s*(?:(\*)|\[\s*(\*|-?\d*(?:\s*:\s*-?\d*){0,2})\s*\]|\[\s*"([^"]*)"\s*\]|"([^"]*)"|([^.[\]"]+))/y;

const stepOf = (match: RegExpExecArray): Step | undefined => {
  const [, dots = '', star, selector, bracketed, quoted, bare] = match;
  const deep = dots === '..';
  const name = bracketed ?? quoted ?? bare?.trim();
  if (name !== undefined) return { kind: 'name', text: name, deep };
  if (star !== undefined) return { kind: 'other', text: '*', deep };
  if (selector === undefined || selector === '') return undefined;
  return { kind: /^\d+$/.test(selector) ? 'index' : 'other', text: selector, deep };
};

const stepsOf = (path: string): readonly Step[] | undefined => {
  if (path.trim() === '') return undefined;
  const text = path.trim().replace(/^\$(?=$|[.[])/, '');
  const steps: Step[] = [];
  step.lastIndex = 0;
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    const found = match ? stepOf(match) : undefined;
    if (!found) return undefined;
    steps.push(found);
  }
  return steps;
};

const walk =
  (steps: readonly Step[]) =>
  (body: Json): Json | undefined => {
    let at: Json | undefined = body;
    for (const { kind, text } of steps) {
      if (kind === 'name') at = own(at, text);
      else at = Array.isArray(at) ? (at as readonly Json[])[Number(text)] : undefined;
      if (at === undefined) return undefined;
    }
    return at;
  };

/**
 * Compiles a JSONPath as the ThingsBoard configurations write it: `$` may be left out, a step may hold spaces, and only the
 * first match counts. Dotted names and indexes are walked directly; wildcards, slices and `..` go through json-p3.
 *
 * A path that is not one resolves to nothing. Only own keys are seen, `__proto__` among them.
 */
export const jsonPath = (path: string): ((body: Json) => Json | undefined) => {
  const steps = stepsOf(path);
  if (!steps) return () => undefined;
  if (steps.every(({ kind, deep }) => kind !== 'other' && !deep)) return walk(steps);
  const selectors = steps.map(({ kind, text, deep }) => {
    return `${deep ? '..' : ''}[${kind === 'name' ? JSON.stringify(text) : text}]`;
  });
  try {
    const query = p3().compile(`$${selectors.join('')}`);
    return (body) => query.match(body as P3.JSONValue)?.value as Json | undefined;
  } catch {
    return () => undefined;
  }
};
