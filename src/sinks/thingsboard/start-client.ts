import { connect } from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { reasonOf } from '../../model/errors.js';
import { LinkLost } from './link-lost.js';

/** How long in ms the peer has to answer CONNECT. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Starts one connection that ends when it ends. The only file here that uses the MQTT library itself.
 *
 * Promises: nothing is tried again and nothing sent again by itself. A certificate that is no certificate is thrown at once, as a
 * {@link LinkLost}: it may be half written, and the next try finds it whole.
 */
export const startClient = (options: IClientOptions): MqttClient => {
  try {
    return connect({
      ...options,
      clean: true,
      reconnectPeriod: 0,
      // mqtt.js formats its debug lines before it asks whether anybody reads them.
      log: () => undefined,
      // The library's table of all packet ids is 65,536 buffers: 6 MB, looked through by every full garbage collection.
      writeCache: false,
      resubscribe: false,
      connectTimeout: CONNECT_TIMEOUT,
    });
  } catch (error) {
    const what = options.cert === undefined ? 'cannot connect to the platform' : 'cannot use cert and privateKey';
    throw new LinkLost('BROKER_UNREACHABLE', `${what}: ${reasonOf(error)}`);
  }
};
