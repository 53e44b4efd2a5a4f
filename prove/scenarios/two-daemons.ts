import { must, type Scenario } from '../scenario.js';

export const twoDaemons: Scenario = {
  name: 'two-daemons',
  says: 'A second gateway is started on the same data folder, also while the first is frozen: it refuses with code 1, and the first goes on.',
  run: async (lab, dice) => {
    const first = lab.start();
    lab.devices.load(500);
    for (const isFrozen of dice.shuffled([false, true])) {
      await lab.acknowledges(200);
      lab.fault(`a second gateway${isFrozen ? ' while the first is frozen' : ''}`);
      if (isFrozen) first.signal('SIGSTOP');
      const second = lab.start();
      const ended = await Promise.race([second.exit, lab.lasts(10_000)]);
      if (isFrozen) first.signal('SIGCONT');
      must(ended?.code === 1, `the second one ended with ${JSON.stringify(ended)}`);
      must(/ERROR.*another process uses this data folder/.test(second.output()), 'it did not say why it refused');
    }
    must(first.ended() === undefined, 'the first one has ended');
    await lab.acknowledges(100);
    // A lock must not outlive its holder.
    await lab.kill(first);
    return undefined;
  },
};
