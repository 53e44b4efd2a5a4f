import { must, type Scenario } from '../scenario.js';

const RECORDS = 100_000;
/** MB of memory that the second half of the backlog may cost. */
const FLAT = 60;

export const backlog: Scenario = {
  name: 'backlog',
  says: 'A hundred thousand messages wait on disk, the gateway is killed, starts, and delivers them; its memory stays flat.',
  run: async (lab, dice) => {
    lab.platformLine.away();
    const first = lab.start();
    await lab.devices.burst(RECORDS / 2);
    await lab.acknowledgesAll(60_000);
    const half = lab.rss(first);
    await lab.devices.burst(RECORDS / 2);
    await lab.acknowledgesAll(60_000);
    const all = lab.rss(first);
    must(all - half < FLAT, `memory grew from ${half.toFixed(0)} to ${all.toFixed(0)} MB with the second half`);
    await lab.kill(first, `kill -9 with ${RECORDS} messages on disk`);
    lab.platformLine.heal();
    const second = lab.start();
    await lab.platform.command({ do: 'reached', unique: dice.int(5_000, 60_000), deadlineMs: 30_000 });
    await lab.kill(second, 'kill -9 while they are delivered');
    return undefined;
  },
};
