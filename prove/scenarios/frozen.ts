import type { Scenario } from '../scenario.js';

export const frozen: Scenario = {
  name: 'frozen',
  says: 'The gateway is stopped (SIGSTOP) for seconds and goes on (SIGCONT), three times, once with its connections cut meanwhile.',
  run: async (lab, dice) => {
    const daemon = lab.start();
    lab.devices.load(800);
    const cutIn = dice.int(0, 2);
    for (let i = 0; i < 3; i += 1) {
      await lab.acknowledges(dice.int(100, 800));
      const ms = dice.int(500, 3_500);
      daemon.signal('SIGSTOP');
      lab.fault(`frozen for ${ms} ms${i === cutIn ? ', connections cut' : ''}`);
      await lab.lasts(ms / 2);
      if (i === cutIn) {
        lab.platformLine.cut();
        lab.brokerLine.cut();
      }
      await lab.lasts(ms / 2);
      daemon.signal('SIGCONT');
    }
    return undefined;
  },
};
