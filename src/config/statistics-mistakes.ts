import type { FileProblem } from './config-invalid.js';
import { ConfigInvalid } from './config-invalid.js';
import type { GatewayConfig } from './gateway-config.js';
import { statisticsCommands } from './statistics-commands.js';

/** What is wrong with the file of the custom statistics, if they are switched on. They alone are then missing. */
export const statisticsMistakes = (config: GatewayConfig | undefined, folder: string): readonly FileProblem[] => {
  const { enable, enableCustom, configuration } = config?.thingsboard.statistics ?? {};
  if (!enable || !enableCustom || configuration === undefined) return [];
  try {
    statisticsCommands(configuration, folder);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems;
  }
};
