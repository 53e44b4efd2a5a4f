import { LinkLost } from './link-lost.js';

/** The server is some other MQTT broker. It would acknowledge data and give it to nobody. */
export const notThingsBoard = (sign: string): LinkLost =>
  new LinkLost(
    'NOT_THINGSBOARD',
    `the server is an MQTT broker and no ThingsBoard: ${sign}. Are thingsboard.host and port right?`,
  );
