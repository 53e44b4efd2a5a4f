import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort();

/** The room a file is in. A folder beside a file of its name belongs to it: `config/overlay.ts` is of `config`. */
const roomOf = (file: string): string => {
  const [first = '', second = ''] = file.replace(/\.ts$/, '').split('/');
  return first === 'sources' || first === 'sinks' ? `${first}/${second}` : first;
};

/** Who may import whom: all arrows point down. `x/*` is any room of x; nobody imports a room beside its own. */
const table: Record<string, readonly string[]> = {
  main: ['config', 'log', 'pipeline', 'sources/open', 'sinks/*', 'extensions', 'operators', 'model'],
  index: ['pipeline', 'config', 'log', 'sources/*', 'sinks/*', 'extensions', 'operators', 'model'],
  testing: ['pipeline', 'sources/*', 'sinks/*', 'operators', 'model'],
  pipeline: ['sources/*', 'sinks/*', 'operators', 'model', 'config', 'log'],
  'sources/open': ['sources/*', 'extensions', 'config', 'model'],
  'sources/*': ['extensions', 'operators', 'model'],
  'sinks/*': ['operators', 'model'],
  config: ['sinks/*', 'operators', 'model'],
  log: ['model'],
  extensions: ['operators', 'model'],
  operators: ['model'],
  model: [],
};

/** Packages that speak to the world, and the only files that may import them (types aside). */
const owners: Record<string, readonly string[]> = {
  mqtt: ['sources/mqtt/client.ts', 'sinks/thingsboard/start-client.ts'],
  fastify: ['sources/rest/server.ts'],
  'modbus-serial': ['sources/modbus/wire/master.ts'],
  '@fastify/busboy': ['sources/rest/server/multipart.ts'],
  sqlite3: ['operators/buffer/database.ts'],
  winston: ['log.ts'],
  'json-p3': ['operators/extract/json-path.ts'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const importsOf = (file: string): readonly Import[] => {
  const tree = ts.createSourceFile(file, readFileSync(join(src, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const typeOnly = ts.isImportDeclaration(node)
        ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly;
      found.push({ from: file, to: (node.moduleSpecifier as ts.StringLiteral).text, typeOnly: typeOnly });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [what] = node.arguments;
      if (what && ts.isStringLiteral(what)) found.push({ from: file, to: what.text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
};

const imports = files.flatMap(importsOf);

const inside = (node: ts.Node, test: (parent: ts.Node) => boolean): boolean =>
  !ts.isSourceFile(node) && (test(node.parent) || inside(node.parent, test));

/** Every node of a file that `what` names, as `file:line name`. */
const named = (file: string, what: (node: ts.Node) => string | undefined): readonly string[] => {
  const tree = ts.createSourceFile(file, readFileSync(join(src, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const name = what(node);
    if (name !== undefined)
      found.push(`${file}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${name}`);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
};

/** Whose waiting is no part of a stream that a test would draw: of the process and of the log. */
const ownClock = ['main.ts', 'log/fold.ts'];
const clocks = new Set(['setTimeout', 'setInterval', 'setImmediate', 'Date.now', 'performance.now']);
const ours = imports
  .filter(({ to }) => to.startsWith('.'))
  .map(({ from, to, ...rest }) => ({
    from,
    to: relative(src, resolve(src, dirname(from), to)).replace(/\.js$/, '.ts'),
    ...rest,
  }));

const matches = (room: string, pattern: string): boolean =>
  pattern === room || (pattern.endsWith('/*') && room.startsWith(pattern.slice(0, -1)));

describe('the architecture', () => {
  it('is a table that every import keeps to', () => {
    const wrong = ours.filter(({ from, to }) => {
      const [room, target] = [roomOf(from), roomOf(to)];
      if (room === target) return false;
      const row = table[room] ?? table[room.replace(/\/.*/, '/*')];
      return !row?.some((pattern) => matches(target, pattern));
    });
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('knows every room', () => {
    const rooms = new Set(files.map(roomOf));
    const unknown = [...rooms].filter((room) => !table[room] && !table[room.replace(/\/.*/, '/*')]);
    expect(unknown).toEqual([]);
  });

  it('has no cycle', () => {
    const next = new Map<string, string[]>();
    for (const { from, to, typeOnly } of ours) if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
    const cycles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      else if (!done.has(file)) {
        for (const to of next.get(file) ?? []) walk(to, [...path, file]);
        done.add(file);
      }
    };
    for (const file of files) walk(file, []);
    expect(cycles).toEqual([]);
  });

  it('lets each package of the outside world in through one door', () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) => !typeOnly && owners[to] !== undefined && !owners[to].includes(from),
    );
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('has no file over 250 lines', () => {
    const long = files
      .map((file) => ({ file, lines: readFileSync(join(src, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > 250);
    expect(long).toEqual([]);
  });

  it('subscribes only where the program starts and in operators built with new Observable', () => {
    const builds = (node: ts.Node): boolean => ts.isNewExpression(node) && node.expression.getText() === 'Observable';
    const wrong = files
      .filter((file) => file !== 'main.ts')
      .flatMap((file) =>
        named(file, (node) =>
          ts.isCallExpression(node) && node.expression.getText().endsWith('.subscribe') && !inside(node, builds)
            ? 'subscribe'
            : undefined,
        ),
      );
    expect(wrong).toEqual([]);
  });

  it('has no Promise inside an operator', () => {
    const wrong = files
      .filter((file) => file.startsWith('operators/') || file === 'pipeline.ts')
      .flatMap((file) =>
        named(file, (node) =>
          node.kind === ts.SyntaxKind.AsyncKeyword ||
          node.kind === ts.SyntaxKind.AwaitExpression ||
          (ts.isIdentifier(node) && node.text === 'Promise')
            ? node.getText()
            : undefined,
        ),
      );
    expect(wrong).toEqual([]);
  });

  it('takes time from the scheduler', () => {
    const wrong = files
      .filter((file) => !ownClock.includes(file))
      .flatMap((file) =>
        named(file, (node) =>
          ts.isCallExpression(node) && clocks.has(node.expression.getText()) ? node.expression.getText() : undefined,
        ),
      );
    expect(wrong).toEqual([]);
  });

  it('has default exports in connectors only', () => {
    const found = files.filter((file) => /^export default/m.test(readFileSync(join(src, file), 'utf8')));
    expect(found.filter((file) => !/^sources\/[^/]+\/source\.ts$/.test(file))).toEqual([]);
  });
});
