import type { MqttConfig } from '../config.js';

/** A rule whose payload a user's own module makes. */
export interface CustomRule {
  /** Its place in the file. */
  readonly label: string;
  readonly extension: string;
  readonly rule: Readonly<Record<string, unknown>> & { readonly extensionConfig?: Readonly<Record<string, unknown>> };
}

/** The rules of a configuration that name a custom converter. */
export const customRules = ({ requestsMapping }: Pick<MqttConfig, 'requestsMapping'>): readonly CustomRule[] =>
  (['attributeUpdates', 'serverSideRpc'] as const).flatMap((section) =>
    requestsMapping[section].flatMap((rule, i) =>
      rule.extension === undefined ? [] : [{ label: `${section}[${i}]`, extension: rule.extension, rule }],
    ),
  );
