import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../model/component.js';
import { reasonOf } from '../../model/errors.js';
import type { Journal } from '../dispatch/journal.js';
import { replaceFile } from './replace-file.js';

const FILE = 'requests.journal';
/** The platform keeps a request no longer by itself. */
const LONGEST = 86_400_000;
const LINE = /^([+-])(\S+)(?: (\d+))?$/;

export interface RequestJournal {
  /** The data folder. */
  readonly folder: string;
  readonly log: Log;
  readonly now: () => number;
  /** How many requests without an answer are remembered. Default 10 000, the latest. */
  readonly most?: number;
}

/**
 * Remembers the requests that were begun in `requests.journal` of the data folder, so that one whose outcome a restart has hidden is not carried
 * out a second time: a line when it begins, another when the platform has its answer.
 *
 * Promises: never throws; survives the end of the process, a power cut only if the line was out by then; at most `most` requests of the last day,
 * and a file of ten times as many lines. What cannot be written is said once in the log.
 */
export const requestJournal = ({ folder, log, now, most = 10_000 }: RequestJournal): Journal => {
  const file = join(folder, FILE);
  /** In the order of their beginning. */
  const begun = new Map<string, number>();
  /** Those that were found here: the others are this run's own, whose outcome is known. */
  let earlier: ReadonlySet<string> = new Set();
  let lines = 0;
  let isSound = true;

  const guarded = (work: () => void): void => {
    try {
      work();
      isSound = true;
    } catch (error) {
      if (isSound)
        log.warn('the journal of requests cannot be kept; a restart forgets them', { file, reason: reasonOf(error) });
      isSound = false;
    }
  };
  const add = (key: string, at: number): void => {
    begun.set(key, at);
    const [oldest] = begun.keys();
    if (begun.size > most && oldest !== undefined) begun.delete(oldest);
  };
  const compact = (): void => {
    const text = [...begun].map(([key, at]) => `+${key} ${at}\n`).join('');
    replaceFile(file, text);
    lines = begun.size;
  };
  const append = (line: string): void =>
    guarded(() => {
      if (lines >= 10 * most) compact();
      lines += 1;
      appendFileSync(file, line, { mode: 0o600 });
    });

  guarded(() => {
    if (!existsSync(file)) return;
    const oldest = now() - LONGEST;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [, sign, key, at] = LINE.exec(line) ?? [];
      if (key === undefined) continue;
      if (sign === '-') begun.delete(key);
      else if (Number(at) > oldest) add(key, Number(at));
    }
    earlier = new Set(begun.keys());
    compact();
  });
  return {
    isBegun: (key) => earlier.has(key) && begun.has(key),
    begin: (key) => {
      const at = Math.round(now());
      add(key, at);
      append(`+${key} ${at}\n`);
    },
    end: (key) => {
      if (begun.delete(key)) append(`-${key}\n`);
    },
  };
};
