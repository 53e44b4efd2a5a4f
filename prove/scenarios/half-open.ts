import type { Scenario } from '../scenario.js';

export const halfOpen: Scenario = {
  name: 'half-open',
  says: 'The platform, then the broker, loses the connection without the gateway being told: what it writes vanishes.',
  run: async (lab, dice) => {
    lab.start();
    lab.devices.load(500);
    await lab.acknowledges(dice.int(200, 1_000));
    lab.fault('the connection to the platform is half open');
    lab.platformLine.halfOpen();
    await lab.lasts(dice.int(1_000, 4_000));
    lab.fault('the connection to the broker is half open');
    lab.brokerLine.halfOpen();
    return undefined;
  },
};
