import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { overwrite } from '../overwrite.js';
import { must, type Scenario } from '../scenario.js';
import { storageFile } from '../storage-file.js';

const SECTOR = 512;

export const truncatedLog: Scenario = {
  name: 'truncated-log',
  says: "SQLite's log is cut off, overwritten in the middle or at its head: no more is lost than SQLite itself can no longer read.",
  run: async (lab, dice) => {
    lab.platformLine.away();
    const first = lab.start();
    lab.devices.load(1_500);
    await lab.acknowledges(dice.int(1_000, 6_000));
    await lab.kill(first);
    await lab.devices.pause();
    const before = await storageFile(lab.data);
    const safe = lab.ledger.unique();
    must(before.isSound && before.ids.size >= safe, `${safe} were acknowledged, ${before.ids.size} are in the file`);

    const log = join(lab.data, 'tributary.db-wal');
    const { size } = statSync(log);
    const how = dice.pick(['cut', 'cut', 'sector', 'head'] as const);
    const at = how === 'head' ? dice.int(0, 31) : dice.int(32, size - SECTOR);
    if (how === 'cut') truncateSync(log, at);
    else overwrite(log, at, dice.bytes(how === 'head' ? 4 : SECTOR));
    lab.fault(`${how} at byte ${at} of ${size} of the log`);
    const after = await storageFile(lab.data);
    const gone = [...before.ids].filter((id) => !after.ids.has(id)).length;
    const most = after.isSound ? gone : before.ids.size;
    lab.fault(`SQLite can no longer read ${gone} of ${before.ids.size}${after.isSound ? '' : ', and finds damage'}`);

    lab.platformLine.heal();
    const second = lab.start();
    await second.phase('thingsboard', 'connected', 20_000);
    const says = second.output().includes('STORAGE_DAMAGED');
    if (how === 'head' || !after.isSound) must(says, 'it did not say that its log is damaged');
    await lab.devices.burst(200);
    return { destroyed: { most } };
  },
};
