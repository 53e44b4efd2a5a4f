import type { Lab } from '../lab.js';
import type { Scenario } from '../scenario.js';

const TURNS = 12;

/** What can be done at once, and needs no time to last. */
const blows: Readonly<Record<string, (lab: Lab) => unknown>> = {
  'the connection to the platform is cut': (lab) => lab.platformLine.cut(),
  'the connection to the broker is cut': (lab) => lab.brokerLine.cut(),
  'the connection to the platform is half open': (lab) => lab.platformLine.halfOpen(),
  'platform away': (lab) => lab.platformLine.away(),
  'platform line hung': (lab) => lab.platformLine.hang(),
  'broker away': (lab) => lab.brokerLine.away(),
  '10 kB/s to the platform': (lab) => lab.platformLine.slow(10_000),
  'all lines are sound': (lab) => {
    lab.platformLine.heal();
    lab.brokerLine.heal();
  },
  'cut before the next PUBACK': (lab) =>
    lab.platform.command({
      do: 'fault',
      topic: 'v1/gateway/telemetry',
      times: 1,
      answer: { close: true, store: true },
    }),
};

export const storm: Scenario = {
  name: 'storm',
  says: 'Faults of all kinds on top of each other, with kill -9 and ordered stops between them.',
  run: async (lab, dice) => {
    lab.devices.load(500);
    let daemon = lab.start();
    for (let turn = 0; turn < TURNS; turn += 1) {
      const what = dice.pick([...Object.keys(blows), 'kill -9', 'SIGTERM']);
      await lab.lasts(dice.int(100, 1_000));
      if (what === 'kill -9') await lab.kill(daemon);
      else lab.fault(what);
      if (what === 'SIGTERM') await daemon.terminate();
      if (daemon.ended() !== undefined) daemon = lab.start();
      await blows[what]?.(lab);
    }
    return undefined;
  },
};
