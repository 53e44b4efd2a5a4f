import { statSync } from 'node:fs';
import { join } from 'node:path';
import { secretsOf } from '../model/secret.js';
import type { FileProblem } from './config-invalid.js';
import { connectorFiles, shortSecretNotices } from './connector-files.js';
import type { ConnectorFile, UnknownIn } from './connector-files.js';
import { decodeSafely } from './decode-safely.js';
import { gatewayConfig } from './gateway-config.js';
import type { GatewayConfig } from './gateway-config.js';
import { mainMistakes } from './main-mistakes.js';
import { member } from './member.js';
import { noticesOf } from './notices-of.js';
import type { Notices } from './notices-of.js';
import { overlay } from './overlay.js';
import { readJson } from './read-json.js';
import { resolveReferences } from './resolve-references.js';
import { filterMistakes } from './filter-mistakes.js';
import { statisticsMistakes } from './statistics-mistakes.js';
import { unreadableFiles } from './unreadable-files.js';

const FILE = 'tb_gateway.json';

/** All that reading a configuration folder tells. */
export interface Survey extends Notices {
  /** Absent if there are mistakes in the main file. */
  readonly config?: GatewayConfig;
  /** What keeps the gateway from starting. */
  readonly mistakes: readonly FileProblem[];
  /** What stops one connector only, or the custom statistics. The connectors' own codecs are not asked here. */
  readonly connectorMistakes: readonly FileProblem[];
  /** Every secret in the main file, the connectors' files and the environment: for the log to hide. */
  readonly secrets: readonly string[];
  readonly connectors: readonly ConnectorFile[];
}

const failed = (mistake: FileProblem): Survey => ({
  mistakes: [mistake],
  connectorMistakes: [],
  notices: [],
  idle: [],
  secrets: [],
  connectors: [],
});

const kindOf = (path: string): string => {
  try {
    return statSync(path).isDirectory() ? 'a folder' : 'a file: its folder is meant';
  } catch {
    return 'no such folder';
  }
};

/** What samples have in the token's place: ours, and the incumbent's. */
const placeholders: ReadonlySet<unknown> = new Set(['YOUR_ACCESS_TOKEN', 'GATEWAY_ACCESS_TOKEN']);

const placeholderNotices = (raw: unknown): readonly string[] =>
  placeholders.has(member(member(member(raw, 'thingsboard'), 'security'), 'accessToken'))
    ? [
        `${FILE}: "thingsboard.security.accessToken" is still the sample's: the gateway's own belongs there, or in TB_GW_ACCESS_TOKEN.`,
      ]
    : [];

/**
 * Reads the main file of a folder, with the environment laid over it, and the files of its connectors.
 *
 * Promises: never throws over what it reads; every mistake is listed, each with its file (or variable) and path; no report shows a secret.
 * `unknown` says which connectors nobody knows; without it every one is taken for known.
 */
export const surveyConfig = (
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  unknown?: UnknownIn,
): Survey => {
  const found = kindOf(folder);
  if (found !== 'a folder') return failed({ file: folder, path: '', found, expected: `a folder with ${FILE}` });
  const main = readJson(join(folder, FILE), FILE);
  if ('problem' in main) return failed(main.problem);
  const { raw, origins, notices } = overlay(main.value, env);
  const { value, problems: dangling, secrets } = resolveReferences(raw, { env, folder });
  const decoded = decodeSafely(gatewayConfig, value);
  const problems = [...decoded.problems, ...dangling, ...mainMistakes(value), ...unreadableFiles(value, folder)];
  const mistakes = problems.flatMap((problem, i): readonly FileProblem[] => {
    const variable = origins.get(problem.path);
    if (variable === undefined) return [{ file: FILE, ...problem }];
    // A variable that sets several members has one value: what is wrong with it is said once.
    const said = problems
      .slice(0, i)
      .some((it) => origins.get(it.path) === variable && it.expected === problem.expected);
    return said ? [] : [{ file: `environment variable ${variable}`, ...problem }];
  });
  const files = connectorFiles(member(value, 'connectors'), FILE, { env, folder }, unknown);
  const about = noticesOf(decoded, FILE);
  return {
    ...(mistakes.length === 0 && decoded.value !== undefined ? { config: decoded.value } : {}),
    mistakes,
    connectorMistakes: [
      ...files.mistakes,
      ...filterMistakes(decoded.value, folder),
      ...statisticsMistakes(decoded.value, folder),
    ],
    notices: [
      ...notices,
      ...about.notices,
      ...shortSecretNotices(value, FILE),
      ...placeholderNotices(value),
      ...files.notices,
    ],
    idle: about.idle,
    secrets: [...new Set([...secrets, ...secretsOf(value), ...files.secrets])],
    connectors: files.connectors,
  };
};
