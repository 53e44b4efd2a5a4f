import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Sums } from '../../src/operators/tally.js';
import type { Lab } from '../lab.js';
import { overwrite } from '../overwrite.js';
import { must, type Scenario } from '../scenario.js';
import { rowsOn, storageFile } from '../storage-file.js';

const PAGE = 4_096;
const SECTOR = 512;

/** Damage that shows up late ends the gateway; its supervisor starts it again. Says the sums when all is delivered. */
const startedUntilSound = async (lab: Lab): Promise<Sums> => {
  for (let i = 0; i < 4; i += 1) {
    const daemon = lab.start();
    const drained = daemon
      .sums(({ carried, queued }) => carried !== undefined && queued === 0, 30_000)
      .catch((error: unknown) => (daemon.ended() === undefined ? Promise.reject(error as Error) : undefined));
    const sums = await Promise.race([daemon.exit.then(() => undefined), drained]);
    if (sums !== undefined) return sums;
    lab.fault('the gateway found damage while it ran');
    must(daemon.output().includes('STORAGE_DAMAGED'), `it ended without saying why: ${daemon.output().slice(-500)}`);
  }
  throw new Error('it found damage again and again');
};

export const damagedPages: Scenario = {
  name: 'damaged-pages',
  says: 'Pages or sectors of the storage file are overwritten: what is lost stood there or was led to from there, and the gateway says how many.',
  options: { devices: { filler: 300 } },
  run: async (lab, dice) => {
    lab.platformLine.away();
    const first = lab.start();
    await lab.devices.burst(dice.int(500, 7_000));
    await lab.acknowledgesAll();
    await first.terminate();
    const before = await storageFile(lab.data);
    must(before.isSound && before.ids.size === lab.ledger.unique(), 'what was acknowledged is not in the file');

    const file = join(lab.data, 'tributary.db');
    const last = statSync(file).size / PAGE;
    // Every third time the pages that lead to others, which are few.
    const inner = before.pages.filter(({ pagetype }) => pagetype === 'internal').map(({ pageno }) => pageno);
    const anywhere = dice.int(0, 2) > 0 || inner.length === 0;
    const pages = Array.from({ length: dice.int(1, 3) }, () => (anywhere ? dice.int(1, last) : dice.pick(inner)));
    for (const page of pages) {
      const sector = dice.int(0, 2) === 0 ? dice.int(0, PAGE / SECTOR - 1) : undefined;
      const { name = 'no tree', pagetype = '' } = before.pages.find(({ pageno }) => pageno === page) ?? {};
      lab.fault(`page ${page} of ${last} (${name} ${pagetype})${sector === undefined ? '' : `, sector ${sector}`}`);
      const at = (page - 1) * PAGE + (sector ?? 0) * SECTOR;
      overwrite(file, at, dice.bytes(sector === undefined ? PAGE : SECTOR));
    }
    lab.platformLine.heal();
    if (dice.int(0, 1) === 1) {
      const afterMs = dice.int(0, 200);
      const hasty = lab.start();
      await hasty.until(() => /connecting|set aside/.test(hasty.output()), 20_000);
      await lab.lasts(afterMs);
      await lab.kill(hasty, `kill -9 ${afterMs} ms after the damage was found, or was not`);
    }
    const { received, dropped } = await startedUntilSound(lab);
    // Where the old sums were destroyed, what was salvaged is all that was received.
    const said = before.ids.size - received + (dropped.damaged ?? 0);
    const most = rowsOn(pages, before);
    lab.fault(`${said} of ${before.ids.size} said to be lost, ${most} may be`);
    must(said === 0 || lab.daemons.some((it) => it.output().includes('damaged')), 'the log does not tell of it');
    await lab.devices.burst(200);
    return { destroyed: { most, said } };
  },
};
