import type { Dice } from './dice.js';
import type { Lab, LabOptions } from './lab.js';

/** What a scenario allows to be at the end. Without it nothing may be missing. */
export interface Allowed {
  /** So many repeated messages; absent: a window for each start and each lost connection, and what the broker sent again. */
  readonly repeats?: number;
  /** The configuration asks for drops: as many are missing as the gateway has counted. */
  readonly drops?: boolean;
  /** Devices of which the platform refused a publish in passing: what was sent behind it overtakes it. */
  readonly overtaken?: readonly string[];
  /** Stored messages were destroyed on the disk: no more than `most` are missing, and where the gateway `said` how many, exactly so many. */
  readonly destroyed?: { readonly most: number; readonly said?: number };
  /** Words of the strict platform that are the laboratory's own doing. */
  readonly ownDoing?: RegExp;
  /**
   * Looked at when everything has come to rest, before the audit: only then a scenario of polled devices can tell what is owed, and puts it in the ledger. Says how
   * many readings were taken by no one, and how many may be.
   */
  readonly settled?: () => Promise<{ readonly gaps: number; readonly mayGap: number }>;
}

export interface Size {
  /** In the short form, a scenario that takes long does less. */
  readonly isShort: boolean;
}

/** One way of hurting the gateway. */
export interface Scenario {
  readonly name: string;
  /** In one sentence, what is done. */
  readonly says: string;
  /** Why it cannot be run on this machine; undefined if it can. */
  readonly needs?: () => string | undefined;
  readonly options?: LabOptions;
  /** How often a round runs it, each with a seed of its own. Default 1. */
  readonly times?: number;
  /** Hurts the gateway; what it promises about itself on the way is checked here. Then the lab lets everything arrive, and audits. */
  readonly run: (lab: Lab, dice: Dice, size: Size) => Promise<Allowed | undefined>;
}

/** Fails a scenario if something is not so. */
export const must = (isSo: boolean, what: string): void => {
  if (!isSo) throw new Error(what);
};
