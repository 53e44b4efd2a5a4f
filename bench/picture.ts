import { readFileSync, writeFileSync } from 'node:fs';
import { parts, type Part } from './part-of.js';
import { readProfile, type Call } from './read-profile.js';
import type { Threads } from './threads.js';

/*
 * Draws where the CPU time of a message goes, a bar for each profile that the bench has written with --cpu-prof:
 * `tsx bench/picture.ts OUT.svg LABEL=FILE.cpuprofile…`. Prints the same as a table.
 */
interface Beside {
  readonly messages: number;
  readonly from: number;
  readonly to: number;
  readonly before: Threads;
  readonly after: Threads;
}

interface Bar {
  readonly label: string;
  /** Milliseconds of CPU for 10,000 messages. */
  readonly times: ReadonlyMap<Part, number>;
  readonly total: number;
}

const WIDTH = 760;
const LEFT = 110;
const BAR = 34;
const LINE = 19;

const [out, ...given] = process.argv.slice(2);
if (out === undefined || given.length === 0 || !given.every((it) => it.includes('='))) {
  console.error('Usage: tsx bench/picture.ts OUT.svg LABEL=FILE.cpuprofile…');
  process.exit(2);
}
const names = Object.keys(parts) as Part[];

const shares = (root: Call): ReadonlyMap<Part, number> => {
  const sums = new Map<Part, number>();
  const visit = (call: Call): void => {
    sums.set(call.part, (sums.get(call.part) ?? 0) + call.self / root.total);
    call.calls.forEach(visit);
  };
  visit(root);
  return sums;
};

const barOf = (argument: string): Bar => {
  const [label = '', file = ''] = argument.split('=');
  const beside = JSON.parse(readFileSync(file.replace(/\.cpuprofile$/, '.threads.json'), 'utf8')) as Beside;
  const { before, after, messages } = beside;
  const used = (thread: keyof Threads): number => ((after[thread] - before[thread]) * 1e7) / messages;
  const share = shares(readProfile(file, beside));
  const main = used('main');
  const times = new Map(
    names.map((part): [Part, number] => [
      part,
      part === 'v8' || part === 'pool' ? used(part) : main * (share.get(part) ?? 0),
    ]),
  );
  return { label, times, total: [...times.values()].reduce((a, b) => a + b, 0) };
};

const bars = given.map(barOf);
const perMs = (WIDTH - LEFT - 70) / Math.max(...bars.map(({ total }) => total));

const drawn = bars.map(({ label, times, total }, i) => {
  const y = 34 + i * (BAR + 12);
  let x = LEFT;
  const boxes = [...times].map(([part, ms]) => {
    const width = ms * perMs;
    const box = `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${parts[part].colour}"><title>${parts[part].label}: ${ms.toFixed(0)} ms</title></rect>`;
    const text =
      width < 24
        ? ''
        : `<text x="${(x + width / 2).toFixed(1)}" y="${y + 21}" text-anchor="middle">${ms.toFixed(0)}</text>`;
    x += width;
    return box + text;
  });
  return `<text x="${LEFT - 8}" y="${y + 21}" text-anchor="end">${label}</text>${boxes.join('')}<text x="${(x + 6).toFixed(1)}" y="${y + 21}">${total.toFixed(0)} ms</text>`;
});

const below = 34 + bars.length * (BAR + 12) + 14;
const legend = names.map((part, i) => {
  const x = i % 2 === 0 ? LEFT - 90 : LEFT + 270;
  const y = below + Math.floor(i / 2) * LINE;
  return `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${parts[part].colour}"/><text x="${x + 18}" y="${y}">${parts[part].label}</text>`;
});
const height = below + Math.ceil(names.length / 2) * LINE;

writeFileSync(
  out,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="20" y="20" font-size="13">CPU time for 10,000 messages, in ms, all threads</text>
${drawn.join('\n')}
${legend.join('\n')}
</svg>
`,
);

for (const { label, times, total } of bars) {
  console.log(`${label}: ${total.toFixed(0)} ms for 10,000 messages`);
  for (const [part, ms] of [...times].sort(([, a], [, b]) => b - a))
    console.log(
      `${ms.toFixed(0).padStart(7)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} %  ${parts[part].label}`,
    );
}
