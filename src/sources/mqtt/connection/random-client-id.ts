import { randomInt } from 'node:crypto';

/** A client id of 23 random lowercase letters: as long as every broker must accept (mqtt.md, `clientId`). */
export const randomClientId = (): string =>
  Array.from({ length: 23 }, () => String.fromCharCode(97 + randomInt(26))).join('');
