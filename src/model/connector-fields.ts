import * as t from 'io-ts';
import { inert, optional, pending, refine } from './codec.js';
import { reportStrategy } from './report-strategy.js';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'WARN', 'ERROR', 'CRITICAL', 'NONE'];

/** The keys that every connector's own file may have (core.md §4.6). A connector's codec spreads them beside its own. */
export const connectorFields = {
  id: optional(t.string, 'Identifier of the connector on the platform.'),
  name: optional(t.string, 'Name of the connector; the one in the main file wins.'),
  logLevel: optional(
    refine(t.string, (text) => levels.includes(text.trim().toUpperCase()), 'a log level such as "INFO" or "DEBUG"'),
    'The least grave lines of this connector that are logged: TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or NONE. ' +
      'It wins over logs.json; the command line and TB_GW_LOG_LEVEL win over it.',
  ),
  maxReconnectAttempts: optional(
    refine(t.number, (n) => Number.isInteger(n) && n >= 0, 'a whole number, 0 or more'),
    'Tries in a row to reach the devices again after which the connector gives up, with an alert, until the next start. Without it it never does.',
  ),
  enableRemoteLogging: pending(optional(t.boolean, 'Send the log of this connector to the platform.')),
  reportStrategy: optional(reportStrategy, 'When values are reported, unless something nearer says it.'),
  configVersion: inert(optional(t.unknown, 'Version of the file’s form.')),
  sendDataOnlyOnChange: inert(optional(t.boolean, 'Replaced by `reportStrategy`.')),
};
