import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Daemon } from '../../test/daemon/daemon.js';
import { postsMapping, startPosts } from '../posts.js';
import { must, type Scenario } from '../scenario.js';

const KILLS = 6;
/** What may be sent to the platform again at each start. */
const WINDOW = 2_000;

const portOf = (daemon: Daemon | undefined): string | undefined =>
  daemon === undefined || daemon.ended() !== undefined
    ? undefined
    : /listening.*127\.0\.0\.1:(\d+)/.exec(daemon.output())?.[1];

const addConnector = (folder: string): void => {
  const file = join(folder, 'tb_gateway.json');
  const main = JSON.parse(readFileSync(file, 'utf8')) as { readonly connectors: readonly object[] };
  const connectors = [...main.connectors, { name: 'Posts', type: 'rest', configuration: 'rest.json' }];
  writeFileSync(file, JSON.stringify({ ...main, connectors }));
  writeFileSync(
    join(folder, 'rest.json'),
    JSON.stringify({ server: { host: '127.0.0.1', port: 0 }, mapping: [postsMapping] }),
  );
};

export const restKill: Scenario = {
  name: 'rest-kill',
  says: 'kill -9 at random moments while devices post to the REST connector, the platform there and away in turn: what was answered 200 arrives.',
  run: async (lab, dice) => {
    addConnector(lab.folder);
    let running: Daemon | undefined;
    const posts = startPosts(lab, () => {
      const port = portOf(running);
      return port === undefined ? undefined : `http://127.0.0.1:${port}`;
    });
    try {
      for (let i = 0; i < KILLS; i += 1) {
        const isAway = i % 2 === 1;
        if (isAway) lab.platformLine.away();
        else lab.platformLine.heal();
        const afterMs = dice.int(0, 900);
        running = lab.start();
        const wanted = lab.ledger.unique() + 1;
        await running.until(() => portOf(running) !== undefined, 20_000, 'a port');
        for (let waited = 0; lab.ledger.unique() < wanted && waited < 20_000; waited += 5) await lab.lasts(5);
        must(lab.ledger.unique() >= wanted, 'no request was answered 200 within 20 s');
        await lab.lasts(afterMs);
        await lab.kill(running, `kill -9 ${afterMs} ms after the first 200${isAway ? ', platform away' : ''}`);
      }
    } finally {
      await posts.stop();
    }
    must(posts.refused() === 0, `${posts.refused()} requests were refused`);
    return { repeats: WINDOW * KILLS };
  },
};
