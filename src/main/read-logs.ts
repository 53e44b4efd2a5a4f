import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FileProblem } from '../config/config-invalid.js';
import { decodeSafely } from '../config/decode-safely.js';
import { readJson } from '../config/read-json.js';
import { noticesOf } from '../config/notices-of.js';
import { logPlan } from '../log/log-plan.js';
import type { Routes } from '../log/log-plan.js';
import { logsConfig } from '../log/logs-config.js';
import { unknownHandlers } from '../log/unknown-handlers.js';

const FILE = 'logs.json';

export interface ReadLogs {
  /** Absent where there is no such file, or mistakes in it: then everything goes to the console. */
  readonly routes?: Routes;
  readonly mistakes: readonly FileProblem[];
  readonly notices: readonly string[];
}

/** Reads logs.json of a folder, which may be absent. Never throws. `logs` is the folder that TB_GW_LOGS_PATH names. */
export const readLogs = (folder: string, logs: string | undefined): ReadLogs => {
  const path = join(folder, FILE);
  if (!existsSync(path)) return { mistakes: [], notices: [] };
  const read = readJson(path, FILE);
  if ('problem' in read) return { mistakes: [read.problem], notices: [] };
  const decoded = decodeSafely(logsConfig, read.value);
  const problems = [...decoded.problems, ...unknownHandlers(read.value)];
  const mistakes = problems.map((problem) => ({ file: FILE, ...problem }));
  const { notices } = noticesOf(decoded, FILE);
  if (decoded.value === undefined || mistakes.length > 0) return { mistakes, notices };
  const plan = logPlan(decoded.value, process.cwd(), logs === '' ? undefined : logs);
  return { routes: plan.routes, mistakes: [], notices: [...notices, ...plan.notices] };
};
