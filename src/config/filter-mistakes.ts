import type { FileProblem } from './config-invalid.js';
import { filterFile } from './filter-file.js';
import type { GatewayConfig } from './gateway-config.js';
import { mistakesOf } from './mistakes-of.js';

/** What is wrong with the file of the device filter, if that is switched on. Without it nothing starts. */
export const filterMistakes = (config: GatewayConfig | undefined, folder: string): readonly FileProblem[] => {
  const { enable, filterFile: file } = config?.thingsboard.deviceFiltering ?? {};
  return enable && file !== undefined ? mistakesOf(() => filterFile(file, folder)) : [];
};
