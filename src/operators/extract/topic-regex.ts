import { regex } from './regex.js';

/** Characters of a topic that an expression gets to see: an expression that backtracks is then slow, not endless. */
const SEEN = 1024;

/**
 * Compiles an expression that takes a value out of a topic: the last group that took part in the match, else the whole match.
 * The expression is searched for, it need not match from the start. No match: the expression's own text, as the incumbent has it.
 * Throws SyntaxError when the expression is not a regular expression.
 */
export const topicRegex = (expression: string): ((topic: string) => string) => {
  const pattern = regex(expression);
  return (topic) => {
    const match = pattern.exec(topic.slice(0, SEEN));
    return match ? (match.findLast((group: string | undefined) => group !== undefined) ?? match[0]) : expression;
  };
};
