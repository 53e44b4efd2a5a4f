import { connector } from '../../model/component.js';
import { client } from './client.js';
import { mqttConfig } from './config.js';
import { missingExtensions } from './missing-extensions.js';
import { uplink } from './uplink.js';
import { withExtensions } from './with-extensions.js';

/** The MQTT connector: a device broker's messages as data. */
export default connector({
  type: 'mqtt',
  config: mqttConfig,
  mistakes: missingExtensions,
  open: withExtensions({ connect: client, uplink }),
});
