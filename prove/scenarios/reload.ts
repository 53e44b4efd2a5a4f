import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dice } from '../dice.js';
import { must, type Scenario } from '../scenario.js';

const EDITS = 12;

type Tree = Record<string, unknown>;

/** Right, and another one than the last time: the connector is to start again. */
const right = (text: string, dice: Dice): string => {
  const file = JSON.parse(text) as Tree & { broker: Tree };
  return JSON.stringify({ ...file, broker: { ...file.broker, keepAlive: dice.int(5, 30_000) } });
};

/** How files are edited. */
const hands: Readonly<Record<string, (path: string, text: string, dice: Dice) => void>> = {
  'written in place': (path, text, dice) => writeFileSync(path, right(text, dice)),
  'replaced by rename': (path, text, dice) => {
    writeFileSync(`${path}.swp`, right(text, dice));
    renameSync(`${path}.swp`, path);
  },
  'written again as it was': (path, text) => writeFileSync(path, text),
  'cut off in the middle': (path, text, dice) => writeFileSync(path, text.slice(0, dice.int(0, text.length - 1))),
  'written with a mistake': (path, text) =>
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(text) as Tree), mapping: 7 })),
  removed: (path) => rmSync(path, { force: true }),
};

export const reload: Scenario = {
  name: 'reload',
  times: 2,
  says: 'The connector’s file is edited at random moments under load: rightly, broken, cut off, removed; with SIGHUP, kill -9 and cut connections between.',
  run: async (lab, dice) => {
    const path = join(lab.folder, 'mqtt.json');
    const text = readFileSync(path, 'utf8');
    let daemon = lab.start();
    lab.devices.load(800);
    await lab.acknowledges(200);
    const order = dice.shuffled(Array.from({ length: EDITS }, (_, i) => Object.keys(hands)[i % 6]!));
    for (const how of order) {
      lab.fault(`the file is ${how}`);
      hands[how]!(path, text, dice);
      const next = dice.int(1, 6);
      if (next === 1) {
        lab.fault('SIGHUP');
        daemon.signal('SIGHUP');
      } else if (next === 2) {
        lab.fault('the connection to the broker is cut');
        lab.brokerLine.cut();
      }
      await lab.lasts(dice.int(0, 900));
    }
    // One that is broken now could not start.
    writeFileSync(path, right(text, dice));
    await lab.kill(daemon);
    daemon = lab.start();
    await lab.acknowledges(200);
    const restarts = (): number => daemon.output().split('"restarted":["Devices"]').length - 1;
    lab.fault('the file is written in place');
    writeFileSync(path, right(text, dice));
    await daemon.until(() => restarts() > 0, 10_000, 'a connector that starts again');
    await lab.acknowledges(200);
    must(!daemon.output().includes('goes on as it was'), 'a file that is right was refused');
    return undefined;
  },
};
