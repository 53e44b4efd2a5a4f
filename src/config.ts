import { ConfigInvalid } from './config/config-invalid.js';
import type { GatewayConfig } from './config/gateway-config.js';
import { idleNotice } from './config/idle-notice.js';
import { surveyConfig } from './config/survey-config.js';

export type { ConnectorEntry } from './config/connector-entry.js';
export { gatewayConfig } from './config/gateway-config.js';
export type { GatewayConfig } from './config/gateway-config.js';

/** What reading a configuration folder gives. */
export interface ReadConfig {
  /** The main file with the environment laid over it. */
  readonly config: GatewayConfig;
  /** What a person should know although it stops nothing, such as keys that nothing reads. */
  readonly notices: readonly string[];
  /** Every secret in the main file, the connectors' files and the environment: for the log to hide. */
  readonly secrets: readonly string[];
}

/**
 * Reads the main file of a folder, with the environment laid over it.
 *
 * Throws {@link ConfigInvalid} with every mistake at once, those of connector files that are absent or not JSON among them. If
 * these are the only ones nothing is thrown: such a connector is stopped alone, when it is opened. Secrets are in no report.
 */
export const readConfig = (folder: string, env: Readonly<Record<string, string | undefined>> = {}): ReadConfig => {
  const { config, mistakes, connectorMistakes, notices, idle, secrets } = surveyConfig(folder, env);
  if (config === undefined) throw new ConfigInvalid([...mistakes, ...connectorMistakes], folder);
  return { config, notices: [...notices, ...idleNotice(idle)], secrets };
};
