import * as t from 'io-ts';
import { defaulted, inert, optional, refine, required, section } from '../model/codec.js';
import { timerSeconds } from '../model/timer-seconds.js';

/** What only a shell understands, in the order of likelihood. */
const forShells = /[|&;<>$`"'\\*?(){}[\]~#\n]/;

/** The program and its arguments: a list as it stands, or a text in which blanks divide them. */
const command = new t.Type<readonly string[], unknown, unknown>(
  'a list of a program and its arguments, or a text that needs no shell: with one, ["/bin/sh", "-c", "…"]',
  (value): value is readonly string[] => Array.isArray(value),
  (input, context) => {
    const words: unknown =
      typeof input === 'string' && !forShells.test(input) ? input.split(' ').filter(Boolean) : input;
    return Array.isArray(words) &&
      words.length > 0 &&
      words[0] !== '' &&
      words.every((word) => typeof word === 'string')
      ? t.success(words)
      : t.failure(input, context);
  },
  t.identity,
);

/** One item of the file that `statistics.configuration` names (core.md §10). */
export const statisticsCommand = section('a command: {"attributeOnGateway", "command", "timeout"}', {
  attributeOnGateway: required(
    refine(t.string, (text) => text !== '', 'a text that is not empty'),
    'Key of the value on the platform.',
  ),
  command: required(
    command,
    'The program and its arguments, as a list; a text is divided at its blanks. No shell reads it.',
  ),
  timeout: defaulted(timerSeconds, 10, 'Seconds after which the command is killed.'),
  installCmd: inert(optional(t.unknown, 'A command that installs what the other one needs: it is never run.')),
});
