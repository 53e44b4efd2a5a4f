import type { Json } from './message.js';

/** The content of an answer that says why there is none. The codes are HTTP's. Source: the platform's MQTT contract, §6.2. */
export const failure = (error: string, code: number): Json => ({ error, code });
