import { polled } from '../polled.js';
import { must, type Scenario } from '../scenario.js';
import { FLUSHES, noStrace, underStrace, WRITES } from '../under-strace.js';

/** Failing calls: a few at most, after which the gateway goes on; or more than there are until it is killed. */
const SOME = 4;
const ENDLESS = 5_000;

export const modbusEio: Scenario = {
  name: 'modbus-eio',
  says: 'Modbus slaves are polled while the disk reports errors (EIO): for a moment, then until a kill -9. More than 64 readings of a slave are never in memory alone.',
  needs: noStrace,
  run: (lab, dice) =>
    polled(lab, async (slaves, killed) => {
      for (const isBrief of [true, false]) {
        const calls = dice.pick([FLUSHES, WRITES]);
        const first = calls === FLUSHES ? dice.int(10, 60) : dice.int(60, 300);
        const last = first + (isBrief ? dice.int(1, SOME) : ENDLESS) - 1;
        const afterMs = dice.int(1_200, 2_000);
        const daemon = lab.start(underStrace(lab.folder, calls, 'error=EIO', `${first}..${last}`));
        const life = lab.daemons.length;
        lab.fault(`EIO at calls ${first} to ${last} of ${calls}`);
        const said = daemon.alert('STORAGE_FAILED').catch(() => undefined);
        const ended = await Promise.race([daemon.exit, said]);
        must(/STORAGE_(FAILED|DAMAGED)/.test(daemon.output()), `it did not say that calls of ${calls} failed`);
        if (ended === undefined && isBrief) await slaves.serves(600);
        if (ended === undefined) await lab.lasts(afterMs);
        if (isBrief && daemon.ended() === undefined) {
          lab.fault('SIGTERM');
          const { code } = await daemon.terminate();
          must(code === 0, `an ordered stop ended with code ${code ?? 'none'}`);
        } else {
          killed.add(life);
          if (daemon.ended() === undefined) await lab.kill(daemon, `kill -9 ${afterMs} ms after the first failure`);
        }
      }
      const last = lab.start();
      slaves.calm();
      await slaves.serves(300);
      must((await last.terminate()).code === 0, 'the ordered stop at the end failed');
    }),
};
