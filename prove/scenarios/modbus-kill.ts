import { startCalls } from '../calls.js';
import type { Lab } from '../lab.js';
import { polled } from '../polled.js';
import { must, type Scenario } from '../scenario.js';
import type { Slaves } from '../slaves.js';

const LIVES = 4;
const FEW = 2;

type Slave = Slaves['all'][number];

const blows: Readonly<Record<string, (lab: Lab, slave: Slave, slaves: Slaves) => unknown>> = {
  'platform away': ({ platformLine }) => platformLine.away(),
  'platform line hung': ({ platformLine }) => platformLine.hang(),
  'the connection to the platform is cut': ({ platformLine }) => platformLine.cut(),
  'a slave is away': (_, { is }) => is('away'),
  'a slave is hung': (_, { is }) => is('hung'),
  'a slave is slow': (_, { is }) => is('slow'),
  'the connection to a slave is cut': (_, { cut }) => cut(),
  'an answer of a slave is torn': (_, { tear }) => tear(),
  'all slaves are hung': (_lab, _slave, { all }) => all.forEach(({ is }) => is('hung')),
  'all slaves are away': (_lab, _slave, { all }) => all.forEach(({ is }) => is('away')),
};

export const modbusKill: Scenario = {
  name: 'modbus-kill',
  times: 2,
  says: 'kill -9 and ordered stops while Modbus slaves are polled and written to; slaves and platform are away, hung, slow and cut off.',
  run: (lab, dice, { isShort }) =>
    polled(lab, async (slaves, killed) => {
      const calls = startCalls(lab, slaves.all.length);
      try {
        for (let life = 1; life <= (isShort ? FEW : LIVES); life += 1) {
          const daemon = lab.start();
          await slaves.serves(dice.int(1, 200));
          for (const what of [dice.pick(Object.keys(blows)), dice.pick(Object.keys(blows))]) {
            await lab.lasts(dice.int(50, 500));
            lab.fault(what);
            blows[what]!(lab, dice.pick(slaves.all), slaves);
          }
          await lab.lasts(dice.int(50, 1_500));
          if (dice.int(1, 4) > 1) {
            // Half of the time it is polling again by then.
            if (dice.int(1, 2) === 1) slaves.heal();
            await lab.lasts(dice.int(0, 400));
            killed.add(lab.daemons.length);
            await lab.kill(daemon);
          } else {
            lab.platformLine.heal();
            lab.fault('SIGTERM');
            const { code } = await daemon.terminate();
            must(code === 0, `an ordered stop ended with code ${code ?? 'none'}`);
          }
          slaves.heal();
          if (dice.int(1, 2) === 1) lab.platformLine.heal();
        }
        lab.platformLine.heal();
        const last = lab.start();
        slaves.calm();
        await slaves.serves(300);
        for (let waited = 0; slaves.written.size === 0 && waited < 5_000; waited += 20) await lab.lasts(20);
        must(slaves.written.size > 0, 'no call was carried out');
        lab.fault('SIGTERM');
        must((await last.terminate()).code === 0, 'the ordered stop at the end failed');
      } finally {
        calls.stop();
      }
      for (const [value, times] of slaves.written)
        must(times === 1 && value <= calls.sent(), `a call that wrote ${value} was carried out ${times} times`);
    }),
};
