import { PATIENCE } from '../configuration.js';
import type { Scenario } from '../scenario.js';

export const platformHung: Scenario = {
  name: 'platform-hung',
  says: 'The platform keeps its connections open and reads and answers nothing: once for less than the patience with it, once for more.',
  run: async (lab, dice) => {
    lab.start();
    lab.devices.load(800);
    const limit = PATIENCE * 1_000;
    for (const ms of [dice.int(300, limit - 500), limit + dice.int(500, 2_500)]) {
      await lab.acknowledges(dice.int(200, 1_500));
      lab.fault(`platform hung for ${ms} ms`);
      await lab.platform.command({ do: 'hang' });
      await lab.lasts(ms);
      await lab.platform.command({ do: 'unhang' });
    }
    return undefined;
  },
};
