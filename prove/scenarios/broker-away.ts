import type { Scenario } from '../scenario.js';

export const brokerAway: Scenario = {
  name: 'broker-away',
  says: 'The device broker cuts the connection, refuses new ones for a while, then is stopped and started again.',
  run: async (lab, dice) => {
    lab.start();
    lab.devices.load(1_000);
    await lab.acknowledges(dice.int(200, 1_500));
    lab.fault('the connection to the broker is cut');
    lab.brokerLine.cut();
    await lab.acknowledges(dice.int(200, 1_500));
    const ms = dice.int(300, 1_500);
    lab.fault(`broker away for ${ms} ms`);
    lab.brokerLine.away();
    await lab.lasts(ms);
    lab.brokerLine.heal();
    await lab.acknowledges(1);
    await lab.devices.pause();
    lab.fault('the broker is stopped and started again');
    await lab.broker.stop();
    await lab.broker.start();
    await lab.devices.reconnect();
    lab.devices.load(1_000);
    await lab.acknowledges(500);
    return undefined;
  },
};
