import type { Lab } from './lab.js';

/** Ms between two calls. */
const PAUSE = 60;

/** The platform calls the slaves on and on: each call writes a value of its own. */
export const startCalls = ({ platform }: Pick<Lab, 'platform'>, slaves: number) => {
  let value = 0;
  const timer = setInterval(() => {
    value += 1;
    const data = { id: value, method: 'setLevel', params: value };
    const payload = JSON.stringify({ device: `slave-${value % slaves}`, data });
    // Where nobody is connected it goes nowhere.
    void platform.command({ do: 'push', topic: 'v1/gateway/rpc', payload }).catch(() => undefined);
  }, PAUSE);
  return {
    /** Values up to this one were sent. */
    sent: () => value,
    stop: (): void => clearInterval(timer),
  };
};
