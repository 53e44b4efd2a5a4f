import type { Dice } from '../dice.js';
import type { Lab } from '../lab.js';
import { must, type Allowed } from '../scenario.js';
import { underStrace } from '../under-strace.js';

/** Within how many ms the call has to come; under load there are hundreds a second. */
const SOON = 15_000;

/**
 * Starts the gateway again and again, each time to be killed as it enters the nth of these system calls: some in a row from the first ones on, which make the file
 * and its tables, and some anywhere.
 */
export const killAtCalls = async (lab: Lab, dice: Dice, calls: string, early: number): Promise<Allowed | undefined> => {
  lab.devices.load(600);
  const first = dice.int(1, early);
  const at = [first, first + 1, first + 2, ...[1, 2, 3].map(() => dice.int(early, 8 * early))];
  for (const [i, nth] of dice.shuffled(at).entries()) {
    if (i % 3 === 2) lab.platformLine.away();
    else lab.platformLine.heal();
    const daemon = lab.start(underStrace(lab.folder, calls, 'signal=KILL', String(nth)));
    const ended = await Promise.race([daemon.exit, lab.lasts(SOON)]);
    must(ended !== undefined, `call ${nth} of ${calls} did not come within ${SOON} ms`);
    must(
      ended?.signal === 'SIGKILL',
      `the gateway was not killed at call ${nth} but ended: ${daemon.output().slice(-500)}`,
    );
    lab.fault(`kill -9 at call ${nth} of ${calls}${i % 3 === 2 ? ', platform away' : ''}`);
  }
  return undefined;
};
