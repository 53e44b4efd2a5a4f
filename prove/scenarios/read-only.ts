import { must, type Scenario } from '../scenario.js';
import { noMount, smallDisk } from '../small-disk.js';

export const readOnly: Scenario = {
  name: 'read-only',
  says: 'The file system is read-only at a start: the gateway refuses with code 1, and goes on where it stood once it can write.',
  needs: noMount,
  run: async (lab, dice) => {
    const disk = smallDisk(lab, '64m');
    lab.platformLine.away();
    const first = lab.start();
    await lab.devices.burst(dice.int(500, 1_500));
    await lab.acknowledgesAll();
    await lab.kill(first);
    disk.remount('ro');
    lab.fault('the file system is read-only');
    lab.platformLine.heal();
    const second = lab.start();
    const ended = await Promise.race([second.exit, lab.lasts(10_000)]);
    must(
      ended?.code === 1,
      `on a read-only disk it ended with ${JSON.stringify(ended)}: ${second.output().slice(-500)}`,
    );
    must(second.output().includes(lab.data), 'it did not say which folder cannot be written');
    disk.remount('rw');
    lab.fault('the file system can be written again');
    await lab.devices.burst(200);
    return undefined;
  },
};
