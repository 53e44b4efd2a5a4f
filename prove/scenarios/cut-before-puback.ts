import { must, type Scenario } from '../scenario.js';

export const cutBeforePuback: Scenario = {
  name: 'cut-before-puback',
  says: 'The platform stores a publish and its connection ends before the PUBACK, three times, the last with a kill -9.',
  run: async (lab, dice) => {
    const first = lab.start();
    lab.devices.load(800);
    await lab.acknowledges(200);
    for (let i = 0; i < 3; i += 1) {
      const skip = dice.int(0, 40);
      lab.fault(`cut after ${skip} further publishes, before the PUBACK of the next`);
      const before = lab.platformLine.connections();
      await lab.platform.command({
        do: 'fault',
        topic: 'v1/gateway/telemetry',
        skip,
        times: 1,
        answer: { close: true, store: true },
      });
      await first.until(() => lab.platformLine.connections() > before, 20_000, 'another connection to the platform');
      await lab.platform.command({ do: 'clearFaults' });
    }
    await lab.kill(first);
    const { duplicates } = await lab.platform.report();
    must(duplicates > 0, 'nothing was sent again: no PUBACK was missing');
    return undefined;
  },
};
