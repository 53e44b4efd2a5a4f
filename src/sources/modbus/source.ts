import { connector } from '../../model/component.js';
import { callPatience } from './commands/call-patience.js';
import { sharedKeys } from './commands/shared-keys.js';
import { modbusConfig } from './config.js';
import { connectWith } from './connect-with.js';
import { describePlan } from './describe-plan.js';
import { missingExtensions } from './extensions/missing-extensions.js';
import { missingFiles } from './missing-files.js';
import { polledSlaves } from './polled-slaves.js';
import { withExtensions } from './with-extensions.js';

/** The Modbus connector: the registers and bits of slaves as data. */
export default connector({
  type: 'modbus',
  config: modbusConfig,
  mistakes: (config, folder) => [...missingFiles(config, folder), ...missingExtensions(config, folder)],
  plan: describePlan,
  open: (config, context) => {
    const slaves = polledSlaves(config);
    const keysOf = sharedKeys(slaves);
    if (keysOf !== undefined) context.wants?.(keysOf);
    context.patience?.(callPatience(slaves));
    const connect = connectWith(config.slave, context.folder, context.log);
    return withExtensions({ slaves, connect, most: config.maxReconnectAttempts }, context);
  },
});
