import type { Scenario } from '../scenario.js';

export const platformAway: Scenario = {
  name: 'platform-away',
  says: 'The platform refuses every connection, twice, for some seconds under load.',
  run: async (lab, dice) => {
    lab.start();
    lab.devices.load(1_000);
    for (let i = 0; i < 2; i += 1) {
      await lab.acknowledges(dice.int(200, 1_500));
      const ms = dice.int(300, 2_500);
      lab.fault(`platform away for ${ms} ms`);
      lab.platformLine.away();
      await lab.lasts(ms);
      lab.platformLine.heal();
    }
    return undefined;
  },
};
