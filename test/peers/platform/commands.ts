import type { Answer, PlatformOptions } from './contract.js';
import type { LedgerOptions, LedgerReport } from './ledger.js';

/** What a forked platform is started with; all of it survives JSON. */
export interface ForkOptions {
  readonly platform?: Omit<PlatformOptions, 'respond' | 'onPoints' | 'tls'>;
  readonly ledger?: LedgerOptions;
}

/** What a forked platform can be told. A `fault` holds for the publishes that match, `times` times, until `clearFaults`. */
export type Command =
  | { readonly do: 'report' | 'cpu' | 'reset' | 'goAway' | 'comeBack' | 'hang' | 'unhang' | 'release' | 'clearFaults' }
  | { readonly do: 'kick'; readonly code?: number }
  | { readonly do: 'refuse'; readonly reason?: number }
  | { readonly do: 'pubackDelay'; readonly ms: number }
  | { readonly do: 'push'; readonly topic: string; readonly payload: string }
  | { readonly do: 'reached'; readonly unique: number; readonly deadlineMs: number }
  /** Answers those of the (device, seq) pairs which have not come. */
  | { readonly do: 'lacking'; readonly of: readonly (readonly [string, number])[] }
  | {
      readonly do: 'fault';
      readonly topic?: string;
      readonly contains?: string;
      readonly skip?: number;
      readonly times?: number;
      readonly answer: Answer;
    };

export type ForkReport = LedgerReport & {
  readonly publishes: number;
  readonly connections: number;
  readonly violations: readonly string[];
  readonly profiles: readonly (readonly [string, string])[];
};

/** CPU time since the process began, and memory. */
export interface Cpu {
  readonly userMs: number;
  readonly systemMs: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}
