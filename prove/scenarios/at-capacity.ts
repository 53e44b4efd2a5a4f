import { must, type Scenario } from '../scenario.js';

const CAP = 1_000;

/** The storage is at its cap while the platform is away; with an ordered stop and start on the full storage. */
export const atCapacity = (mode: 'block' | 'drop_oldest' | 'drop_newest', says: string): Scenario => ({
  name: `capacity-${mode.replace('_', '-')}`,
  says,
  options: { storage: { max_records: CAP, at_capacity: mode } },
  run: async (lab, dice) => {
    lab.platformLine.away();
    const first = lab.start();
    const messages = dice.int(2_000, 5_000);
    await lab.devices.burst(messages);
    lab.fault(`${messages} messages for ${CAP} places`);
    if (mode === 'block') {
      await first.alert('STORAGE_FULL');
      await lab.acknowledges(0);
      must(lab.ledger.unique() <= CAP, `${lab.ledger.unique()} acknowledged with ${CAP} places`);
    } else await lab.acknowledgesAll();
    lab.fault('SIGTERM');
    await first.terminate();
    lab.start();
    await lab.devices.burst(dice.int(100, 1_500));
    if (mode !== 'block') await lab.acknowledgesAll();
    lab.platformLine.heal();
    lab.devices.load(400);
    await lab.lasts(dice.int(500, 1_500));
    return mode === 'block' ? undefined : { drops: true };
  },
});
