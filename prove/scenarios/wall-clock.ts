import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario.js';

const YEAR = 365 * 24 * 60 * 60 * 1_000;

export const wallClock: Scenario = {
  name: 'wall-clock',
  says: 'The wall clock jumps by up to two years, forwards and back, while the gateway runs and between two runs.',
  run: async (lab, dice) => {
    const file = join(lab.folder, 'clock');
    const set = (offset: number): void => {
      lab.fault(`the clock is off by ${(offset / YEAR).toFixed(2)} years`);
      writeFileSync(file, String(offset));
    };
    const env = lab.wallClock(file);
    const first = lab.start({ env });
    lab.devices.load(600);
    await lab.acknowledges(300);
    for (const offset of dice.shuffled([2 * YEAR, -2 * YEAR, dice.int(-YEAR, YEAR)])) {
      set(offset);
      if (dice.int(0, 1) === 1) {
        lab.platformLine.cut();
        lab.fault('the connection to the platform is cut');
      }
      await lab.lasts(dice.int(300, 1_500));
      await lab.acknowledges(100);
    }
    await lab.kill(first);
    set(dice.pick([-2, 2]) * YEAR);
    lab.start({ env });
    await lab.acknowledges(200);
    return undefined;
  },
};
