import { search } from './search.js';

/**
 * Compiles an expression that takes a value out of a topic: the last group that took part in the match, else the whole match.
 * The expression is searched for, it need not match from the start. No match: the expression's own text, as the incumbent has it.
 * Throws SyntaxError when the expression is not a regular expression; what it compiled throws where {@link search} does.
 */
export const topicRegex = (expression: string): ((topic: string) => string) => {
  const find = search(expression);
  return (topic) => {
    const match = find(topic);
    return match ? (match.findLast((group: string | undefined) => group !== undefined) ?? match[0]) : expression;
  };
};
