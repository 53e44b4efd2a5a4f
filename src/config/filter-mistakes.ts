import type { FileProblem } from './config-invalid.js';
import { ConfigInvalid } from './config-invalid.js';
import { filterFile } from './filter-file.js';
import type { GatewayConfig } from './gateway-config.js';

/** What is wrong with the file of the device filter, if that is switched on. Without it nothing starts. */
export const filterMistakes = (config: GatewayConfig | undefined, folder: string): readonly FileProblem[] => {
  const { enable, filterFile: file } = config?.thingsboard.deviceFiltering ?? {};
  if (!enable || file === undefined) return [];
  try {
    filterFile(file, folder);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems;
  }
};
