import { setTimeout as pause } from 'node:timers/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { forkPlatform } from '../test/peers/fork-platform.js';
import { closing } from './closing.js';
import { during } from './during.js';
import { forkPosts } from './fork-posts.js';
import { machineOf } from './machine-of.js';
import { proc } from './proc.js';
import { restFolder } from './rest-folder.js';
import { startSubject } from './start-subject.js';

/*
 * Measures the REST connector: how many POSTs in a second are answered 200, which is after the commit, with kept connections that each wait for their answer.
 * The gateway is dist/main.js on SQLite; devices and platform are processes of their own. What and how: docs/performance.md.
 */
const usage = `Usage: tsx bench/rest.ts [options]

  --posts N          requests of a round (100000); the warm-up is a tenth
  --connections N    kept connections, each with one request under way (50)
  --rounds N         how often it is measured (3); the medians count
  --cpu-prof DIR     a CPU profile of the gateway in each round; figures are then not comparable
  --help             print this`;

const LEAST_PER_SECOND = 5_000;
const MOST_P99 = 30;

const { values } = parseArgs({
  options: {
    posts: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '3' },
    'cpu-prof': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const [posts = 0, connections = 0, rounds = 0] = [values.posts, values.connections, values.rounds].map(Number);
if (![posts, connections, rounds].every((n) => Number.isSafeInteger(n) && n > 0)) {
  console.error(usage);
  process.exit(2);
}

const all = closing();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => void all.close().finally(() => process.exit(code)));

const portOf = async (output: () => string): Promise<number> => {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const [, port] = /listening.*127\.0\.0\.1:(\d+)/.exec(output()) ?? [];
    if (port !== undefined) return Number(port);
    await pause(10);
  }
  throw new Error(`the gateway does not listen:\n${output()}`);
};

const round = (n: number) =>
  during(all, async (within) => {
    const platform = within.add(await forkPlatform({ platform: { maxInflight: 100, maxPacketBytes: 65_536 } }));
    const folder = within.add(restFolder(platform.port));
    const ports = { broker: 0, platform: platform.port };
    const subject = startSubject('sqlite', ports, within, { cpuProf: values['cpu-prof'], folder, probed: true });
    const devices = within.add(await forkPosts(await portOf(subject.output), connections));
    const warmUp = Math.ceil(posts / 10);
    await Promise.race([devices.send(warmUp), subject.died]);
    await platform.reached(warmUp);
    const { cpuSeconds, peakRss } = proc(subject.pid);
    const before = cpuSeconds();
    subject.probe?.begin();
    const posted = await Promise.race([devices.send(posts), subject.died]);
    const loop = (await subject.probe?.end())?.p99 ?? NaN;
    const cpuPer10k = ((cpuSeconds() - before) * 10_000) / posts;
    await platform.reached(warmUp + posts).catch((error: unknown) => console.error(String(error).slice(0, 300)));
    const { unique } = await platform.report();
    const figures = { ...posted, cpuPer10k, loop, peakRss: peakRss(), lost: warmUp + posts - posted.refused - unique };
    console.log(
      `round ${n}, load ${loadavg()[0]?.toFixed(1) ?? ''}: ${figures.perSecond.toFixed(0)} POST/s, ` +
        `p50 ${figures.p50.toFixed(1)} ms, p99 ${figures.p99.toFixed(1)} ms, max ${figures.max.toFixed(0)} ms, ` +
        `${figures.cpuPer10k.toFixed(2)} CPU s per 10,000, event loop p99 ${figures.loop.toFixed(1)} ms, ` +
        `peak RSS ${figures.peakRss.toFixed(0)} MB, refused ${figures.refused}, lost ${figures.lost}`,
    );
    return figures;
  });

const machine = machineOf();
console.log(
  `${machine.cpus} × ${machine.cpu}, Linux ${machine.kernel}, Node ${machine.node}, fsync ${machine.fsyncMs.toFixed(2)} ms; ` +
    `${posts} POSTs over ${connections} connections`,
);
const seen: Awaited<ReturnType<typeof round>>[] = [];
for (let n = 1; n <= rounds; n += 1) seen.push(await round(n));
const median = (of: (figures: (typeof seen)[number]) => number): number =>
  seen.map(of).sort((a, b) => a - b)[Math.floor(seen.length / 2)] ?? NaN;
const [perSecond, p99] = [median((figures) => figures.perSecond), median((figures) => figures.p99)];
const sound = seen.every(({ lost, refused }) => lost === 0 && refused === 0);
const met = perSecond >= LEAST_PER_SECOND && p99 <= MOST_P99 && sound;
console.log(
  `${met ? 'met' : 'MISS'}: ${perSecond.toFixed(0)} POST/s (≥ ${LEAST_PER_SECOND}), p99 ${p99.toFixed(1)} ms (≤ ${MOST_P99} ms), nothing lost or refused: ${String(sound)}`,
);
await all.close();
process.exit(met ? 0 : 1);
