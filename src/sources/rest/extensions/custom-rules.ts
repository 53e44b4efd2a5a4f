import type { RestConfig } from '../config.js';
import type { AttributeUpdateRule } from '../config/attribute-update.js';

/** What both sections of rules have. */
export type OutgoingRule = AttributeUpdateRule | RestConfig['requestsMapping']['serverSideRpc'][number];

/** A rule whose request a user's own module makes. */
export interface CustomRule {
  /** Its place in `requestsMapping`. */
  readonly label: string;
  readonly extension: string;
  readonly rule: OutgoingRule;
}

/** The rules of a configuration that name a custom converter. */
export const customRules = ({ requestsMapping }: Pick<RestConfig, 'requestsMapping'>): readonly CustomRule[] =>
  (['attributeUpdates', 'serverSideRpc'] as const).flatMap((section) =>
    requestsMapping[section].flatMap((rule, i) =>
      rule.extension === undefined ? [] : [{ label: `${section}[${i}]`, extension: rule.extension, rule }],
    ),
  );
