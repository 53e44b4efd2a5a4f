/** `${path}` in a configured text. */
export interface Placeholder {
  readonly path: string;
  /** As written, with its braces. */
  readonly text: string;
}

// The incumbent's character set: with anything else between the braces the text is literal, so JSONPath filters cannot be written.
const pattern = /\$\{[${A-Za-z0-9. ^\][*_:"-]*\}/g;

/**
 * Splits a configured text into its literal parts and its placeholders, in order (spec: connectors, expression language).
 *
 * Joining the parts gives the text again. A text without placeholders is one literal; an empty one is no part at all.
 */
export const placeholders = (text: string): readonly (string | Placeholder)[] => {
  const parts: (string | Placeholder)[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    parts.push({ path: match[0].slice(2, -1), text: match[0] });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
};
