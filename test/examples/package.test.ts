import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDist } from '../daemon/fresh-dist.js';

const root = resolve(import.meta.dirname, '../..');
/** An empty project, somewhere else. */
const project = mkdtempSync(join(tmpdir(), 'consumer-'));
const installed = join(project, 'node_modules', 'tributary-gateway');

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}
interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
let packed: Packed;

/** Runs something in the project; throws with what it printed if it fails. */
const inProject = (...args: readonly string[]): string => {
  try {
    return execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`${args.join(' ')}: ${stdout}${stderr}`, { cause: error });
  }
};

/** As an installation would: the packages that ours asks for, and what a TypeScript project has. */
const link = (name: string): void => {
  const target = join(project, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), target);
};

const compilerOptions = {
  target: 'ES2022',
  module: 'NodeNext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  types: ['node'],
  outDir: 'out',
};

beforeAll(() => {
  freshDist();
  const report = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  packed = (JSON.parse(report) as readonly Packed[])[0]!;
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, packed.filename), '-C', installed, '--strip-components=1']);
  [...Object.keys(manifest.dependencies), '@types/node', 'typescript'].forEach(link);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts', '*/*.mts'] }));
  for (const name of readdirSync(join(root, 'examples')))
    cpSync(join(root, 'examples', name), join(project, name), { recursive: true });
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the package', () => {
  it('holds the program, the sample configuration, and what a reader looks for first', () => {
    const others = packed.files.map(({ path }) => path).filter((path) => !/^dist\/.+\.(js|d\.ts)$/.test(path));
    expect(others.filter((path) => !path.startsWith('config/')).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
    ]);
  });

  it('is as small as docs/library.md says', () => {
    const stated = Number(/less than (\d+) kB packed/.exec(readFileSync(join(root, 'docs/library.md'), 'utf8'))?.[1]);
    expect(packed.size).toBeLessThan(stated * 1000);
    expect(packed.size).toBeGreaterThan((stated * 1000) / 2);
  });

  it("type-checks in an empty project, its own types' files among it, and runs there", () => {
    inProject('node_modules/typescript/bin/tsc', '-p', '.');
    expect(inProject('out/embed.js').trim().split('\n').length).toBe(5);
    expect(inProject('--test', '--test-reporter=tap', 'out/marble-test.js')).toContain('# pass 2');
  }, 120_000);

  it('loads nothing but RxJS for a test', () => {
    const loaded = `const files = Object.keys(require.cache).map((file) => file.split('/node_modules/').at(-1).split('/')[0]);`;
    const code = `import('tributary-gateway/testing').then(() => { ${loaded} console.log(...new Set(files)); })`;
    expect(inProject('--input-type=commonjs', '-e', code).trim()).toBe('rxjs');
  });

  it('lets nobody in by another door', () =>
    expect(() => inProject('-e', "import('tributary-gateway/dist/pipeline.js')")).toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    ));

  it('brings a program that npx can start', () => {
    const [[name, file]] = Object.entries(manifest.bin) as [[string, string]];
    const path = file.replace('./', '');
    // What npm does with a `bin` when it installs it.
    chmodSync(join(installed, path), 0o755);
    mkdirSync(join(project, 'node_modules', '.bin'));
    symlinkSync(join(installed, path), join(project, 'node_modules', '.bin', name));
    const version = execFileSync('npx', ['--no-install', name, '--version'], { cwd: project, encoding: 'utf8' });
    expect(version.trim()).toBe(manifest.version);
  });
});
