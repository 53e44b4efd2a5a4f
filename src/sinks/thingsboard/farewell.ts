import type { MqttClient } from 'mqtt';
import type { SchedulerLike } from 'rxjs';

/** How long in ms the peer has to close the connection after DISCONNECT. */
const PATIENCE = 1_000;

/**
 * Ends a connection: says DISCONNECT where there is one, and cuts it a second later if the peer does not close it.
 *
 * Promises: waits for no acknowledgement. What is unacknowledged stays with whoever sent it.
 */
export const farewell = (client: MqttClient, scheduler: SchedulerLike): void => {
  // The library would wait for them before it says DISCONNECT.
  for (const id of Object.keys(client.outgoing)) client.removeOutgoingMessage(Number(id));
  if (!client.connected) {
    client.end(true);
    return;
  }
  const cut = scheduler.schedule(() => client.stream.destroy(), PATIENCE);
  client.once('close', () => cut.unsubscribe());
  client.end(false);
};
