import type { FileProblem } from '../config/config-invalid.js';
import type { GatewayConfig } from '../config.js';
import { idleNotice } from '../config/idle-notice.js';
import { surveyConfig } from '../config/survey-config.js';
import type { Level } from '../log/level-of.js';
import type { Routes } from '../log/log-plan.js';
import { checkConnectors } from '../sources/open/check-connectors.js';
import { unknownIn } from '../sources/open/unknown-in.js';
import { levelsOf } from './levels-of.js';
import { readLogs } from './read-logs.js';

/** All that is to be said of a configuration folder before anything starts. */
export interface Inspection {
  /** Absent if mistakes keep the gateway from starting. */
  readonly config?: GatewayConfig;
  /** Every mistake of every file. */
  readonly mistakes: readonly FileProblem[];
  /** Those of logs.json, which do not keep the gateway from starting. */
  readonly logMistakes: readonly FileProblem[];
  /** What a person should know although it stops nothing. */
  readonly notices: readonly string[];
  /** Of these, what is said of the connectors' own files, and again by each connector when it is opened. */
  readonly connectorNotices: readonly string[];
  readonly secrets: readonly string[];
  readonly routes?: Routes;
  /** Levels that connectors' files ask for, by name. */
  readonly levels: ReadonlyMap<string, Level>;
}

/** The same mistake in a file that several connectors share is one. */
const different = (mistakes: readonly FileProblem[]): readonly FileProblem[] => [
  ...new Map(mistakes.map((it) => [JSON.stringify([it.file, it.path, it.found, it.expected]), it])).values(),
];

/** Reads everything in a configuration folder, each connector's file through the connector's own codec, and starts nothing. */
export const inspect = async (
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Inspection> => {
  const survey = surveyConfig(folder, env, unknownIn(folder));
  const checked = await checkConnectors(survey.connectors, folder);
  const logs = readLogs(folder, env.TB_GW_LOGS_PATH);
  const idle = [...survey.idle, ...checked.idle];
  return {
    ...(survey.config === undefined ? {} : { config: survey.config }),
    mistakes: different([
      ...survey.mistakes,
      ...survey.connectorMistakes,
      ...checked.connectorMistakes,
      ...logs.mistakes,
    ]),
    logMistakes: logs.mistakes,
    notices: [...survey.notices, ...logs.notices, ...idleNotice(idle)],
    connectorNotices: checked.notices,
    secrets: survey.secrets,
    ...(logs.routes === undefined ? {} : { routes: logs.routes }),
    levels: new Map(
      [...levelsOf(survey.connectors)].flatMap(([name, level]) => (level === undefined ? [] : [[name, level]])),
    ),
  };
};
