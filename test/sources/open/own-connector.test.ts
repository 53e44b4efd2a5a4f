import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER, lastValueFrom, take } from 'rxjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ConnectorEntry } from '../../../src/config.js';
import { surveyConfig } from '../../../src/config/survey-config.js';
import { plan } from '../../../src/main/plan.js';
import type { Context } from '../../../src/model/component.js';
import { FatalError } from '../../../src/model/errors.js';
import { opener } from '../../../src/sources/open.js';
import { checkConnectors } from '../../../src/sources/open/check-connectors.js';
import { unknownIn } from '../../../src/sources/open/unknown-in.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-connector-'));
  writeFileSync(join(folder, 'own.json'), JSON.stringify({ host: 'h', port: 'x', logLevel: 'DEBUG' }));
});
afterEach(() => rmSync(folder, { recursive: true }));

const module = (path: string, code: string): void => {
  mkdirSync(join(folder, 'extensions', path, '..'), { recursive: true });
  writeFileSync(join(folder, 'extensions', path), code);
};
const nothing = (): void => undefined;
const context = (): Context => ({
  name: 'Own',
  folder,
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  fact: nothing,
});
/** What the first message of the connector says, or why there is none. */
const opened = async (entry: Pick<ConnectorEntry, 'type'> & Partial<ConnectorEntry>): Promise<unknown> => {
  try {
    const source = await lastValueFrom(opener()({ name: 'Own', configuration: 'own.json', ...entry }, context()));
    return (await lastValueFrom(source(NEVER).pipe(take(1)))).value;
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    return `${error.code}: ${error.message}`;
  }
};
const saying = (text: string): string => `
  import { of } from 'rxjs';
  export default { open: (config) => () => of({ deviceName: '${text}', attributes: { host: config.host } }) };`;
/** A codec that wants a number under \`port\`. */
const strict = `
  import * as t from 'io-ts';
  export default { config: t.type({ port: t.number }), plan: () => 'nothing', open: () => () => undefined };`;

it('a connector of one’s own goes by its type', async () => {
  module('own/own.mjs', saying('by type'));
  expect(await opened({ type: 'own' })).toMatchObject({ kind: 'data', device: 'by type', attributes: { host: 'h' } });
});

it('or by its class, of whichever type, ours among them', async () => {
  module('own/Klass.mjs', saying('by class'));
  module('mqtt/Klass.mjs', saying('instead of ours'));
  expect(await opened({ type: 'own', class: 'Klass' })).toMatchObject({ device: 'by class' });
  expect(await opened({ type: 'mqtt', class: 'Klass' })).toMatchObject({ device: 'instead of ours' });
});

it('one that nobody has is said, with the places where it was looked for', async () => {
  expect(await opened({ type: 'nowhere' })).toContain(`${folder}/extensions/nowhere/nowhere.js`);
  expect(await opened({ type: 'own', class: 'Absent' })).toContain(`${folder}/extensions/own/Absent.mjs`);
  expect(await opened({ type: '../own' })).toContain('CONNECTOR_UNKNOWN');
  expect(await opened({ type: 'own', class: '../Klass' })).toContain('a name of letters');
});

it('a file that its codec does not let pass is told by path', async () => {
  module('own/Strict.mjs', strict);
  expect(await opened({ type: 'own', class: 'Strict' })).toContain('own.json: port: expected number, found "x"');
});

it.each([
  [
    'a codec that throws',
    "export default { config: { decode: () => { throw new Error('no'); }, validate: () => 1, is: () => true }, open: () => 1 };",
    '`config` failed: no',
  ],
  [
    'a codec that decodes to nothing',
    'export default { config: { decode: () => undefined, validate: () => 1, is: () => true }, open: () => 1 };',
    '`config` failed',
  ],
  [
    'a config that is no codec',
    'export default { config: {}, open: () => 1 };',
    'has a `config` that is no io-ts codec',
  ],
  ['a plan that is no function', 'export default { plan: 5, open: () => 1 };', 'has a `plan` that is no function'],
  ['an open that gives a promise', 'export default { open: async () => () => 5 };', 'gave a promise'],
  ['an open that gives nothing', 'export default { open: () => undefined };', 'gave no source'],
])('%s costs its connector only', async (name, code, why) => {
  module(`own/${name.replaceAll(' ', '_')}.mjs`, code);
  expect(await opened({ type: 'own', class: name.replaceAll(' ', '_') })).toContain(why);
});

it.each([
  ['mistakes that are no list', '() => 5', '`mistakes` failed: it has to give a list'],
  ['a promise of mistakes', 'async () => []', '`mistakes` failed: it has to give a list'],
  ['mistakes that are none', "() => ['oops', null]", '`mistakes` failed: it has to give a list'],
])('%s are said as a mistake of the module', async (name, code, why) => {
  module('own/own.mjs', `export default { mistakes: ${code}, open: () => 1 }; // ${name}`);
  const { connectorMistakes } = await checkConnectors(
    [{ name: 'A', type: 'own', file: 'own.json', value: {} }],
    folder,
  );
  expect(connectorMistakes).toMatchObject([{ file: 'own.json', found: expect.stringContaining(why) }]);
});

it('a plan that is no text is said so', async () => {
  module('own/own.mjs', 'export default { plan: async () => 5, open: () => 1 };');
  const connectors = [{ name: 'A', type: 'own', configuration: 'own.json' }];
  writeFileSync(
    join(folder, 'tb_gateway.json'),
    JSON.stringify({ thingsboard: { host: 'h', security: { type: 'accessToken', accessToken: 'T' } }, connectors }),
  );
  expect(await plan(folder, {})).toMatchObject({
    complete: false,
    text: expect.stringContaining('`plan` failed: it has to give a text'),
  });
});

it('check and plan ask it as they ask ours', async () => {
  module('own/Plan.mjs', strict);
  const connectors = [
    { name: 'A', type: 'own', class: 'Plan', configuration: 'own.json' },
    { name: 'B', type: 'own', class: 'Absent', configuration: 'own.json' },
  ];
  writeFileSync(
    join(folder, 'tb_gateway.json'),
    JSON.stringify({ thingsboard: { host: 'h', security: { type: 'accessToken', accessToken: 'T' } }, connectors }),
  );
  const survey = surveyConfig(folder, {}, unknownIn(folder));
  expect(survey.connectorMistakes).toMatchObject([{ path: 'connectors[1].class', found: '"Absent"' }]);
  const { connectorMistakes } = await checkConnectors(survey.connectors, folder);
  expect(connectorMistakes).toMatchObject([{ file: 'own.json', path: 'port', found: '"x"' }]);
  writeFileSync(join(folder, 'own.json'), JSON.stringify({ port: 5 }));
  expect((await plan(folder, {})).text).toContain('A (own.json):\n  nothing');
});
