import { resolve } from 'node:path';
import type { GatewayConfig } from './gateway-config.js';
import { reportStrategy } from '../model/report-strategy.js';
import type { ReportStrategy } from '../model/report-strategy.js';
import { member } from './member.js';
import { readJson } from './read-json.js';

/** What the connectors' files say of report strategies. */
export interface ReportStrategies {
  /** For a connector as a whole. */
  readonly connectors: ReadonlyMap<string, ReportStrategy>;
  /** Whether any file says anything of them, for a connector, a device or a data point. */
  readonly any: boolean;
}

const KEY = 'reportStrategy';

const mentions = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => key === KEY || mentions(inner));
};

/** Looks through the files of the connectors. What is wrong in them is left to the connectors' own codecs to say. Never throws. */
export const reportStrategies = (entries: GatewayConfig['connectors'], folder: string): ReportStrategies => {
  const connectors = new Map<string, ReportStrategy>();
  let any = false;
  for (const { name, configuration } of entries) {
    const read = readJson(resolve(folder, configuration), configuration);
    if ('problem' in read) continue;
    any ||= mentions(read.value);
    const decoded = reportStrategy.decode(member(read.value, KEY));
    if (decoded._tag === 'Right') connectors.set(name, decoded.right);
  }
  return { connectors, any };
};
