import { must, type Scenario } from '../scenario.js';

export const calm: Scenario = {
  name: 'calm',
  says: 'Nothing bad happens, only an ordered stop and start in the middle: what the others are compared with. Nothing repeats.',
  run: async (lab) => {
    const first = lab.start();
    lab.devices.load(600);
    await lab.acknowledges(500);
    await lab.devices.pause();
    await lab.acknowledgesAll();
    await first.sums(({ received, queued }) => received > 0 && queued === 0);
    lab.fault('SIGTERM');
    const { code } = await first.terminate();
    must(code === 0, `an ordered stop ended with code ${code ?? 'none'}`);
    lab.start();
    lab.devices.load(600);
    await lab.acknowledges(300);
    return { repeats: 0 };
  },
};
