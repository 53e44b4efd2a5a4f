import type { LoadedConverter } from '../../../extensions/load-converter.js';
import { makeHalf } from '../../../extensions/make-half.js';
import type { AttributeUpdate, Rpc } from '../../../model/command.js';
import type { RestConfig } from '../config.js';
import type { RestDownConfig } from '../converter.js';
import type { HttpOwn } from '../commands/http-call.js';
import { customRules } from './custom-rules.js';
import type { OutgoingRule } from './custom-rules.js';
import { outgoing } from './outgoing.js';

/** The way down of a user's converter: the requests that a command becomes. Throws what the user's code throws, and for each result that is none. */
export type Down = (command: AttributeUpdate | Rpc) => readonly HttpOwn[];

export interface Downs {
  /** The way down of a rule; undefined where the rule names none. */
  readonly of: (rule: OutgoingRule) => Down | undefined;
  /** Rules whose converter is not ready. Each use of one throws the reason. */
  readonly unusable: readonly { readonly label: string; readonly why: string }[];
}

/** Makes the ways down of a configuration's rules. Throws nothing. A converter gets copies, of its rule and of each command. */
export const downs = (
  config: Pick<RestConfig, 'requestsMapping'>,
  converters: (name: string) => LoadedConverter | Error,
): Downs => {
  const all = customRules(config).map(({ label, extension, rule }) => {
    const made = makeHalf(converters(extension), 'down', {
      extensionConfig: rule.extensionConfig ?? {},
      rule: { ...rule, httpHeaders: Object.fromEntries(rule.httpHeaders) },
    } satisfies RestDownConfig);
    return { label, rule, made };
  });
  const byRule = new Map(
    all.map(({ label, rule, made }): [OutgoingRule, Down] => [
      rule,
      (command) => {
        if (made instanceof Error) throw new Error(`${label}: ${made.message}`);
        return outgoing(made(structuredClone(command)));
      },
    ]),
  );
  return {
    of: (rule) => byRule.get(rule),
    unusable: all.flatMap(({ label, made }) => (made instanceof Error ? [{ label, why: made.message }] : [])),
  };
};
