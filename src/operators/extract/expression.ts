import type { Json } from '../../model/message.js';
import { lookup } from './lookup.js';
import { placeholders } from './placeholders.js';
import { parsedBody } from './parsed-body.js';
import { textOf } from './text-of.js';
import { topLevel } from './top-level.js';

interface Options {
  /** `string` (any case) pastes a top-level value into the text around it. */
  readonly type?: string;
  /** What an expression that finds nothing becomes: null, or its own text. */
  readonly missing?: 'null' | 'expression';
}

/**
 * Compiles an expression for a single value: `${path}`, or a bare path without braces.
 *
 * With type `string` a top-level value becomes text together with the text around it; a value found by JSONPath keeps its type
 * and drops the text around it; with any other type the value itself is the result. Of several placeholders the last one found
 * counts. A text body is parsed as JSON first. Null stays null, it is never spelled out.
 */
export const expression = (text: string, { type = '', missing = 'null' }: Options = {}): ((body: Json) => Json) => {
  const parts = placeholders(text);
  const holes = parts.filter((part) => typeof part !== 'string');
  const paths = holes.length > 0 ? holes : [{ path: text, text }];
  const asText = type.toLowerCase() === 'string';
  const finders = paths.map((hole) => ({ hole, top: topLevel(hole.path), anywhere: lookup(hole.path) }));
  return (input) => {
    const body = parsedBody(input);
    let result: Json = null;
    let pasted = text;
    for (const { hole, top, anywhere } of finders) {
      const found = top(body) ?? null;
      if (found !== null && asText) {
        pasted = pasted.replace(hole.text, () => textOf(found));
        result = pasted;
      } else result = found ?? anywhere(body) ?? result;
    }
    return result === null && missing === 'expression' ? text : result;
  };
};
