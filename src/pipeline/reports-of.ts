import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { Fact } from '../model/fact.js';
import { ownReports } from './own-reports.js';
import type { OwnReports } from './own-reports.js';

/** The reports of the gateway's runs. */
export interface Reporting {
  /** The reports that a run asks for. */
  readonly of: (section: GatewayConfig['thingsboard']['statistics']) => OwnReports;
  /** To be told of every fact. */
  readonly hear: (fact: Fact) => void;
}

/**
 * Makes {@link ownReports} for one run after the other. Promises: while runs ask for the same, it stays the same, so that nothing is counted anew; the
 * latest hears the facts.
 */
export const reportsOf = (surroundings: Parameters<typeof ownReports>[1]): Reporting => {
  let latest: { readonly section: unknown; readonly reports: OwnReports } | undefined;
  return {
    of: (section) => {
      if (latest === undefined || !isDeepStrictEqual(latest.section, section))
        latest = { section, reports: ownReports(section, surroundings) };
      return latest.reports;
    },
    hear: (fact) => latest?.reports.hear(fact),
  };
};
