import type { Dice } from '../dice.js';
import type { Lab } from '../lab.js';
import { must, type Allowed } from '../scenario.js';
import { underStrace } from '../under-strace.js';

interface Failing {
  readonly calls: string;
  readonly error: string;
  /** The first failing call is one of these. */
  readonly from: readonly [number, number];
  /** How many calls in a row fail. */
  readonly many: readonly [number, number];
}

/**
 * Runs the gateway under load while some of these system calls fail. It must say so and live, or end with code 1 and be started again; then it is
 * killed, and a healthy one goes on from what is on the disk.
 */
export const failingCalls = async (
  lab: Lab,
  dice: Dice,
  { calls, error, from, many }: Failing,
): Promise<Allowed | undefined> => {
  lab.devices.load(600);
  for (let run = 0; run < 2; run += 1) {
    const first = dice.int(...from);
    const last = first + dice.int(...many) - 1;
    const afterMs = dice.int(0, 1_500);
    const daemon = lab.start(underStrace(lab.folder, calls, `error=${error}`, `${first}..${last}`));
    lab.fault(`${error} at calls ${first} to ${last} of ${calls}`);
    const said = daemon.alert('STORAGE_FAILED').catch(() => undefined);
    const ended = await Promise.race([daemon.exit, said]);
    must(/STORAGE_(FAILED|FULL|DAMAGED)/.test(daemon.output()), `it did not say that calls of ${calls} failed`);
    if (ended === undefined) {
      // It goes on once the disk is sound again; what it then acknowledges counts as well.
      await lab.acknowledges(1);
      await lab.lasts(afterMs);
      await lab.kill(daemon, `kill -9 ${afterMs} ms after it went on`);
    } else must(ended.code === 1, `it ended with ${JSON.stringify(ended)}`);
  }
  return undefined;
};
