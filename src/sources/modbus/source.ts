import { connector } from '../../model/component.js';
import { callPatience } from './commands/call-patience.js';
import { sharedKeys } from './commands/shared-keys.js';
import { modbusConfig } from './config.js';
import { connectWith } from './connect-with.js';
import { describePlan } from './describe-plan.js';
import { intake } from './intake.js';
import { missingFiles } from './missing-files.js';
import { polledSlaves } from './polled-slaves.js';

/** The Modbus connector: the registers and bits of slaves as data. */
export default connector({
  type: 'modbus',
  config: modbusConfig,
  mistakes: missingFiles,
  plan: describePlan,
  open: (config, context) => {
    const slaves = polledSlaves(config, context.folder);
    const keysOf = sharedKeys(slaves);
    if (keysOf !== undefined) context.wants?.(keysOf);
    context.patience?.(callPatience(slaves));
    const connect = connectWith(config.slave, context.folder, context.log);
    return intake({ slaves, connect, most: config.maxReconnectAttempts }, context);
  },
});
