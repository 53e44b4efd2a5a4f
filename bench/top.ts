import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/* Prints the functions of a V8 CPU profile in which most time was spent: `tsx bench/top.ts FILE.cpuprofile [HOW_MANY]`. */

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

const [file, many = '25'] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: tsx bench/top.ts FILE.cpuprofile [HOW_MANY]');
  process.exit(2);
}
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;

const placeOf = (url: string): string => {
  if (!url.startsWith('file:')) return url;
  const path = relative(process.cwd(), fileURLToPath(url));
  const [, inPackage] = /node_modules\/((?!.*node_modules\/).*)$/.exec(path) ?? [];
  return inPackage ?? path;
};
const names = new Map(
  nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
    id,
    `${functionName === '' ? '(anonymous)' : functionName}  ${url === '' ? '' : `${placeOf(url)}:${lineNumber + 1}`}`,
  ]),
);
const times = new Map<string, number>();
samples.forEach((id, i) => {
  const name = names.get(id) ?? '?';
  times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0));
});

const idle = [...times].filter(([name]) => name.startsWith('(idle)')).reduce((sum, [, us]) => sum + us, 0);
const busy = [...times.values()].reduce((sum, us) => sum + us, 0) - idle;
console.log(`busy ${(busy / 1e6).toFixed(2)} s, idle ${(idle / 1e6).toFixed(2)} s; self time, share of the busy time`);
for (const [name, us] of [...times]
  .filter(([name]) => !name.startsWith('(idle)'))
  .sort(([, a], [, b]) => b - a)
  .slice(0, Number(many)))
  console.log(`${(us / 1000).toFixed(0).padStart(7)} ms ${((100 * us) / busy).toFixed(1).padStart(5)} %  ${name}`);
