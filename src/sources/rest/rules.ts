import type { LoadedConverter } from '../../extensions/load-converter.js';
import type { RestConfig } from './config.js';
import type { Rule } from './desk.js';
import type { Ruled } from './server/endpoints.js';
import { uplink } from './uplink.js';
import { attributeQuestion } from './uplink/attribute-question.js';
import { customConverter } from './uplink/custom-converter.js';

export interface Rules {
  readonly usable: readonly Ruled<Rule>[];
  readonly unusable: readonly { readonly label: string; readonly why: string }[];
}

/** The user's own converters by their names, or the reason why one is not there. */
export type Converters = (name: string) => LoadedConverter | Error;

/** The endpoints of a configuration: those for data, then those for questions. One whose converter is not there is none of them. */
export const rules = ({ mapping, requestsMapping }: RestConfig, converters: Converters): Rules => {
  const data = mapping.map((each, i) => {
    const { extension } = each.converter;
    const custom = extension === undefined ? undefined : customConverter(converters(extension), each);
    return { each, label: `mapping[${i}] (${each.endpoint})`, read: uplink(each, custom) };
  });
  const usable = data.flatMap(({ each, read }): readonly Ruled<Rule>[] =>
    read instanceof Error ? [] : [{ ...each, rule: { kind: 'data', mapping: each, read } }],
  );
  const unusable = data.flatMap(({ label, read }) => (read instanceof Error ? [{ label, why: read.message }] : []));
  const questions = requestsMapping.attributeRequests.map((rule): Ruled<Rule> => ({
    ...rule,
    rule: { kind: 'question', rule, read: attributeQuestion(rule) },
  }));
  return { usable: [...usable, ...questions], unusable };
};
