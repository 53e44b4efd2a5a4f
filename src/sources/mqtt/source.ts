import { connector } from '../../model/component.js';
import { client } from './client.js';
import { mqttConfig } from './config.js';
import { intake } from './intake.js';
import { uplink } from './uplink.js';

/** The MQTT connector: a device broker's messages as data. */
export default connector({ type: 'mqtt', config: mqttConfig, open: intake({ connect: client, uplink }) });
