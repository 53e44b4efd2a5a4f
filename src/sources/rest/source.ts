import { connector } from '../../model/component.js';
import { rpcPatience } from './commands/rpc-patience.js';
import { sharedKeys } from './commands/shared-keys.js';
import { restConfig } from './config.js';
import { missingExtensions } from './missing-extensions.js';
import { withExtensions } from './with-extensions.js';

/** The REST connector: an HTTP server whose requests are data, and HTTP requests to devices. */
export default connector({
  type: 'rest',
  config: restConfig,
  mistakes: missingExtensions,
  open: (config, context) => {
    const keysOf = sharedKeys(config);
    if (keysOf !== undefined) context.wants?.(keysOf);
    context.patience?.(rpcPatience(config.requestsMapping.serverSideRpc));
    return withExtensions(config, context);
  },
});
