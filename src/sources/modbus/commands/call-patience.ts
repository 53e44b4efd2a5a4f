import type { Rpc } from '../../../model/command.js';
import type { Slave } from '../config/slave.js';
import { callTimeout } from './call-timeout.js';
import { unitFor } from './unit-for.js';

/** Ms for what is around the call itself. */
const MARGIN = 1_000;

/** How long a call of these slaves may take once its bus is connected, in ms. Promises: never throws. */
export const callPatience = (slaves: readonly Slave[]): ((rpc: Rpc) => number) => {
  const units = slaves.map((slave) => ({ slave }));
  return (rpc) => {
    const { slave } = unitFor(units, rpc) ?? { slave: { rpc: [] } };
    return callTimeout(slave, rpc.method) + MARGIN;
  };
};
