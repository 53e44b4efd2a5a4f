import { connect, Store } from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { reasonOf } from '../../model/errors.js';
import { dropMalformed } from '../../operators/drop-malformed.js';
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
    const client = connect({
      ...options,
      clean: true,
      reconnectPeriod: 0,
      // mqtt.js formats its debug lines before it asks whether anybody reads them.
      log: () => undefined,
      // The library's table of all packet ids is 65,536 buffers: 6 MB, looked through by every full garbage collection.
      writeCache: false,
      resubscribe: false,
      // The library's own are null once the connection has ended, and a packet that was still to be read then would end the process.
      incomingStore: new Store({ clean: false }),
      outgoingStore: new Store({ clean: false }),
      connectTimeout: CONNECT_TIMEOUT,
    });
    dropMalformed(client);
    return client;
  } catch (error) {
    const what = options.cert === undefined ? 'cannot connect to the platform' : 'cannot use cert and privateKey';
    throw new LinkLost('BROKER_UNREACHABLE', `${what}: ${reasonOf(error)}`);
  }
};
