import { ConfigInvalid } from '../config/config-invalid.js';
import type { Inspection } from './inspect.js';

/** What `check` prints: every mistake, then every warning, one a line. */
export const report = (folder: string, { mistakes, notices, connectorNotices }: Inspection): string => {
  const warnings = [...notices, ...connectorNotices];
  const verdict =
    mistakes.length > 0 ? new ConfigInvalid(mistakes, folder).message : `The configuration in ${folder} is right.`;
  return [verdict, ...(warnings.length > 0 ? ['Warnings:', ...warnings.map((warning) => `  ${warning}`)] : [])].join(
    '\n',
  );
};
