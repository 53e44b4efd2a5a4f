import type { Daemon } from '../../test/daemon/daemon.js';
import { addConnector } from '../add-connector.js';
import { postsMapping, startPosts } from '../posts.js';
import { must, type Scenario } from '../scenario.js';

const KILLS = 6;
const FEW = 2;
/** What may be sent to the platform again at each start. */
const WINDOW = 2_000;

const portOf = (daemon: Daemon | undefined): string | undefined =>
  daemon === undefined || daemon.ended() !== undefined
    ? undefined
    : /listening.*127\.0\.0\.1:(\d+)/.exec(daemon.output())?.[1];

export const restKill: Scenario = {
  name: 'rest-kill',
  times: 2,
  says: 'kill -9 at random moments while devices post to the REST connector, the platform there and away in turn: what was answered 200 arrives.',
  run: async (lab, dice, { isShort }) => {
    const kills = isShort ? FEW : KILLS;
    const file = { server: { host: '127.0.0.1', port: 0 }, mapping: [postsMapping] };
    addConnector(lab.folder, { name: 'Posts', type: 'rest', configuration: 'rest.json' }, file);
    let running: Daemon | undefined;
    const posts = startPosts(lab, () => {
      const port = portOf(running);
      return port === undefined ? undefined : `http://127.0.0.1:${port}`;
    });
    try {
      for (let i = 0; i < kills; i += 1) {
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
    return { repeats: WINDOW * kills };
  },
};
