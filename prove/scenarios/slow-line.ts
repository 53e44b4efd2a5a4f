import type { Scenario } from '../scenario.js';

export const slowLine: Scenario = {
  name: 'slow-line',
  says: 'The line to the platform carries 1 kB in a second, for some seconds; a kill -9 while it does.',
  run: async (lab, dice) => {
    const first = lab.start();
    lab.devices.load(500);
    await lab.acknowledges(500);
    lab.fault('1 kB/s');
    lab.platformLine.slow(1_000);
    await lab.lasts(dice.int(3_000, 6_000));
    await lab.kill(first);
    lab.start();
    await lab.lasts(dice.int(2_000, 4_000));
    return undefined;
  },
};
