import { mayHang } from './may-hang.js';
import { regex } from './regex.js';

/** V8 takes twice as long to compile for each alternative that is empty, and no deadline interrupts that. */
const EMPTY_CHOICE = /\|(?=[)|])|\((?:\?(?::|<[^>]*>))?(?=\|)|^\||\|$/g;
const MOST_EMPTY = 10;

/** What a configuration should have given instead of this text, where a regular expression is wanted. Undefined: it is a good one. */
export const regexMistake = (text: string): string | undefined => {
  if ((text.match(EMPTY_CHOICE)?.length ?? 0) > MOST_EMPTY)
    return `a regular expression with at most ${MOST_EMPTY} empty alternatives: its compilation can take for ever`;
  try {
    return mayHang(regex(text))
      ? 'a regular expression without a repetition of repetitions such as "(a+)+": this one can take for ever'
      : undefined;
  } catch {
    return 'a regular expression';
  }
};
