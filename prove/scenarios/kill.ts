import type { Scenario } from '../scenario.js';

const KILLS = 6;

/** The oldest enemy. */
export const kill: Scenario = {
  name: 'kill',
  says: 'kill -9 at random moments under load, the platform there and away in turn.',
  run: async (lab, dice) => {
    lab.devices.load(800);
    for (let i = 0; i < KILLS; i += 1) {
      const isAway = i % 2 === 1;
      if (isAway) lab.platformLine.away();
      else lab.platformLine.heal();
      const isEarly = dice.int(1, 4) === 1;
      const afterMs = dice.int(0, 900);
      const daemon = lab.start();
      // An early one hits the start itself.
      if (!isEarly) await lab.acknowledges(1);
      await lab.lasts(afterMs);
      const where = `${isEarly ? 'the start' : 'the first acknowledgement'}${isAway ? ', platform away' : ''}`;
      await lab.kill(daemon, `kill -9 ${afterMs} ms after ${where}`);
    }
    return undefined;
  },
};
