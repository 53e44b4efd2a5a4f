import { filter } from 'rxjs';
import type { Operator } from '../model/component.js';
import type { Fact } from '../model/fact.js';
import { GATEWAY_DEVICE } from '../model/message.js';
import type { AdmitsDevice } from './admits-device.js';

/**
 * Lets pass only the devices that are admitted.
 *
 * Promises: what is kept out is acknowledged, or its source would offer it for ever; counted as `filtered` under its connector. Replies, the gateway's
 * own device, and what no connector sent pass. Source: core specification, §9.
 */
export const filterDevices = (admits: AdmitsDevice, fact: (fact: Fact) => void): Operator =>
  filter(({ value, ack }) => {
    if (value.kind === 'reply' || value.connector === undefined || value.device === GATEWAY_DEVICE) return true;
    if (admits(value.device, value.connector)) return true;
    fact({ kind: 'count', who: value.connector, counter: 'filtered', n: 1 });
    ack();
    return false;
  });
