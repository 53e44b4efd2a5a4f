import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from './lab.js';

/** Ms before a device that was refused, or found nobody, tries the next message. */
const PAUSE = 5;
const DEADLINE = 5_000;

/** The mapping that reads them. */
export const postsMapping = {
  endpoint: '/devices/{device}',
  HTTPMethods: ['POST'],
  converter: {
    type: 'json',
    deviceInfo: { deviceNameExpression: '${device}' },
    timeseries: [{ key: 'seq', type: 'int', value: '${seq}' }],
  },
};

/**
 * Devices that post to the gateway at `url`, wherever that is at the time, each numbering its messages from 0 and waiting for its answer. An answer 200 goes into the
 * laboratory's ledger of promises; whatever else becomes of a message, it is not sent again. They go on until `stop`.
 */
export const startPosts = (
  { ledger, devices }: Pick<Lab, 'ledger' | 'devices'>,
  url: () => string | undefined,
  count = 20,
) => {
  let going = true;
  let refused = 0;
  const post = async (device: string, seq: number): Promise<boolean> => {
    const at = url();
    if (at === undefined) return false;
    devices.sentElsewhere(device);
    try {
      const body = JSON.stringify({ seq });
      const signal = AbortSignal.timeout(DEADLINE);
      const response = await fetch(`${at}/devices/${device}`, { method: 'POST', body, signal });
      await response.arrayBuffer();
      if (response.status === 200) ledger.add({ topic: `sensor/${device}/data`, payload: body });
      else refused += 1;
      return response.status === 200;
    } catch {
      return false;
    }
  };
  const one = async (device: string): Promise<void> => {
    for (let seq = 0; going;)
      if (url() === undefined) await sleep(PAUSE);
      else {
        if (!(await post(device, seq))) await sleep(PAUSE);
        seq += 1;
      }
  };
  const all = Promise.all(Array.from({ length: count }, (_, i) => one(`poster-${i}`)));
  return {
    /** Answers other than 200. */
    refused: (): number => refused,
    stop: async (): Promise<void> => {
      going = false;
      await all;
    },
  };
};
