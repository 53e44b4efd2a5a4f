import { addConnector } from './add-connector.js';
import type { Lab } from './lab.js';
import type { Allowed } from './scenario.js';
import { startSlaves, type Slaves } from './slaves.js';

/**
 * Runs a scenario on a gateway that also polls slaves. It says which lives of the gateway were `killed`; when it is over, the last one is stopped in order, so that
 * what it has taken is on disk, and the slaves go.
 */
export const polled = async (
  lab: Lab,
  run: (slaves: Slaves, killed: Set<number>) => Promise<void>,
): Promise<Allowed> => {
  const slaves = await startSlaves(lab);
  const killed = new Set<number>();
  addConnector(lab.folder, { name: 'Slaves', type: 'modbus', configuration: 'modbus.json' }, slaves.configuration);
  try {
    await run(slaves, killed);
  } finally {
    await slaves.close();
  }
  const settled = async () => {
    const missing = await lab.platform.lacking(slaves.ledger.pairs());
    const { owed, gaps, mayGap } = slaves.ledger.verdict(missing, killed);
    for (const [slave, seq] of owed) lab.ledger.add({ topic: `sensor/${slave}/data`, payload: `{"seq":${seq}}` });
    return { gaps, mayGap };
  };
  // The laboratory calls a slave also before the gateway has announced it, which no platform does.
  return { settled, ownDoing: /^data before connect .*, rpc, / };
};
