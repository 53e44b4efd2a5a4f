import { mayHang } from './may-hang.js';
import { regex } from './regex.js';

/** What a configuration should have given instead of this text, where a regular expression is wanted. Undefined: it is a good one. */
export const regexMistake = (text: string): string | undefined => {
  try {
    return mayHang(regex(text))
      ? 'a regular expression without a repetition of repetitions such as "(a+)+": this one can take for ever'
      : undefined;
  } catch {
    return 'a regular expression';
  }
};
