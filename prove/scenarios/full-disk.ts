import { must, type Scenario } from '../scenario.js';
import { noMount, smallDisk } from '../small-disk.js';

export const fullDisk: Scenario = {
  name: 'full-disk',
  says: 'The disk fills up (ENOSPC) while the platform is away, with a kill -9 on the full disk.',
  needs: noMount,
  options: { devices: { filler: 1_000 } },
  run: async (lab, dice) => {
    smallDisk(lab, `${dice.int(2, 4)}m`);
    lab.platformLine.away();
    const first = lab.start();
    await lab.devices.burst(5_000);
    lab.fault('the disk is full');
    await first.alert('STORAGE_FULL');
    const safe = lab.ledger.unique();
    must(safe > 0 && safe < 5_000, `${safe} of 5000 were acknowledged before the disk was full`);
    await lab.lasts(dice.int(0, 1_500));
    await lab.kill(first);
    // A full disk is no reason not to start.
    const second = lab.start();
    await second.alert('STORAGE_FULL');
    lab.platformLine.heal();
    return undefined;
  },
};
