import { connector } from '../../model/component.js';
import { client } from './client.js';
import { mqttConfig } from './config.js';
import { missingExtensions } from './extensions/missing-extensions.js';
import { rpcPatience } from './commands/rpc-patience.js';
import { sharedKeys } from './commands/shared-keys.js';
import { uplink } from './uplink.js';
import { withExtensions } from './with-extensions.js';

const opened = withExtensions({ connect: client, uplink });

/** The MQTT connector: a device broker's messages as data. */
export default connector({
  type: 'mqtt',
  config: mqttConfig,
  mistakes: missingExtensions,
  open: (config, context) => {
    const keysOf = sharedKeys(config.requestsMapping.attributeUpdates);
    if (keysOf !== undefined) context.wants?.(keysOf);
    context.patience?.(rpcPatience(config.requestsMapping.serverSideRpc));
    return opened(config, context);
  },
});
