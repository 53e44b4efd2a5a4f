import type { Slave } from '../config/slave.js';

/** Ms that a call may take where its rule does not say it. */
const USUAL = 5_000;

/** How long a call of a device may take, in ms: the `timeout` of its rule, else 5 s. */
export const callTimeout = ({ rpc }: Pick<Slave, 'rpc'>, method: string): number => {
  const { timeout } = rpc.find(({ tag }) => tag === method) ?? {};
  return timeout === undefined ? USUAL : timeout * 1_000;
};
