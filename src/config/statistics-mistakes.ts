import type { FileProblem } from './config-invalid.js';
import type { GatewayConfig } from './gateway-config.js';
import { mistakesOf } from './mistakes-of.js';
import { statisticsCommands } from './statistics-commands.js';

/** What is wrong with the file of the custom statistics, if they are switched on. They alone are then missing. */
export const statisticsMistakes = (config: GatewayConfig | undefined, folder: string): readonly FileProblem[] => {
  const { enable, enableCustom, configuration } = config?.thingsboard.statistics ?? {};
  return enable && enableCustom && configuration !== undefined
    ? mistakesOf(() => statisticsCommands(configuration, folder))
    : [];
};
