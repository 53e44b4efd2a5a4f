import * as t from 'io-ts';
import { environment, legacy } from '../src/config/environment.js';
import { gatewayConfig } from '../src/config/gateway-config.js';
import { statisticsCommand } from '../src/config/statistics-command.js';
import { logsConfig } from '../src/log/logs-config.js';
import type { Field, Fields } from '../src/model/codec.js';
import { filterList } from '../src/operators/filter-list.js';
import { modbusConfig } from '../src/sources/modbus/config.js';
import { mqttConfig } from '../src/sources/mqtt/config.js';
import { restConfig } from '../src/sources/rest/config.js';
import { configurationProse } from './configuration-prose.js';

const fieldsOf = (codec: unknown): Fields | undefined =>
  codec instanceof t.Type && 'fields' in codec ? (codec.fields as Fields) : undefined;

/** The section that a key holds, if it holds one, several in a list, or several by name; and how its path is written. */
const within = (codec: unknown, path: string): { readonly fields: Fields; readonly path: string } | undefined => {
  const fields = fieldsOf(codec);
  if (codec instanceof t.ArrayType || codec instanceof t.ReadonlyArrayType) return within(codec.type, `${path}[]`);
  if (fields) return { fields, path };
  return codec instanceof t.Type && 'values' in codec ? within(codec.values, `${path}.<name>`) : undefined;
};

const plain: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['a text', 'text'],
  ['boolean', 'true or false'],
  ['unknown', 'anything'],
]);
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\s+/g, ' ');
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');

const defaultOf = ({ codec, presence, fallback }: Field<unknown>, nested: boolean): string => {
  if (presence === 'required') return 'required';
  if (
    presence === 'optional' ||
    nested ||
    (Array.isArray(fallback) && fallback.length === 0 && codec.name.startsWith('a list'))
  )
    return '–';
  const encoded: unknown = codec instanceof t.Type ? codec.encode(fallback) : fallback;
  return code(typeof encoded === 'string' ? encoded : JSON.stringify(encoded));
};

const isOlder = ({ doc }: Field<unknown>): boolean => doc.startsWith('Older ');

const effects = { pending: '*No effect yet.* ', inert: '*Accepted, no meaning here.* ' } as const;

/** The tables of one file, the outermost section first; a section that stands at several paths is written once. */
const tables = (file: string, codec: unknown): readonly string[] => {
  const written = new Map<Fields, string>();
  const table = (fields: Fields, path: string): readonly string[] => {
    const title = path === '' ? file : `${file}: ${path}`;
    written.set(fields, title);
    const deeper: { fields: Fields; path: string }[] = [];
    // The names of today come first, so that it is under them that a section is described.
    const rows = Object.entries(fields)
      .sort(([, a], [, b]) => Number(isOlder(a)) - Number(isOlder(b)))
      .map(([key, field]) => {
        const inner = within(field.codec, path === '' ? key : `${path}.${key}`);
        if (inner && !written.has(inner.fields)) {
          written.set(inner.fields, `${file}: ${inner.path}`);
          deeper.push(inner);
        }
        const heading = inner && written.get(inner.fields);
        const kind = inner?.path.endsWith('[]') ? 'list: ' : inner?.path.endsWith('.<name>') ? 'by name: ' : '';
        const value =
          heading === undefined
            ? cell(plain.get(field.codec.name) ?? field.codec.name)
            : `${kind}[${cell(heading.slice(file.length + 2))}](#${anchor(heading)})`;
        const meaning = `${field.effect === undefined ? '' : effects[field.effect]}${cell(field.doc)}`;
        return `| \`${key}\` | ${value} | ${defaultOf(field, inner !== undefined)} | ${meaning} |`;
      });
    const head = [
      '',
      `${path === '' ? '##' : '###'} ${title}`,
      '',
      '| Key | Value | Default | Meaning |',
      '|---|---|---|---|',
    ];
    return [...head, ...rows, ...deeper.flatMap((inner) => table(inner.fields, inner.path))];
  };
  const fields = fieldsOf(codec);
  if (!fields) throw new Error(`The codec of ${file} has no fields.`);
  return table(fields, '');
};

const docAt = (path: readonly string[]): string => {
  const [key = '', ...rest] = path;
  const walk = (fields: Fields | undefined, name: string, more: readonly string[]): string => {
    const field = fields && Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) throw new Error(`No key ${path.join('.')}.`);
    const [next, ...others] = more;
    const pending = field.effect === undefined ? '' : effects[field.effect];
    return next === undefined ? `${pending}${field.doc}` : `${pending}${walk(fieldsOf(field.codec), next, others)}`;
  };
  return walk(gatewayConfig.fields, key, rest);
};

const variables = (): readonly string[] => [
  '',
  '## Environment variables',
  '',
  'They beat the file, member by member; further down in the table beats further up. An empty one counts as absent.',
  'A token, a user name, or a certificate with its key that comes from the environment is what the platform is shown, whatever type the file names, unless TB_GW_SECURITY_TYPE is set.',
  '',
  '| Variable | Sets | Meaning |',
  '|---|---|---|',
  ...environment.map(({ name, doc, paths }) => {
    const meaning = doc === '' ? paths.map(docAt).join(' ') : doc;
    return `| \`${name}\` | ${paths.map((path) => code(path.join('.'))).join(', ') || '–'} | ${cell(meaning)} |`;
  }),
  ...legacy.map(
    ({ name, paths, instead }) =>
      `| \`${name}\` | ${paths.map((path) => code(path.join('.'))).join(', ')} | Old name of \`${instead}\`, which beats it. Read only beside \`accessToken\`, with a warning. |`,
  ),
];

/** The whole of docs/configuration.md, made from the codecs that read the files. */
export const configurationDocs = (): string =>
  [
    configurationProse,
    ...variables(),
    ...tables('tb_gateway.json', gatewayConfig),
    ...tables('mqtt.json', mqttConfig),
    ...tables('modbus.json', modbusConfig),
    ...tables('rest.json', restConfig),
    ...tables('logs.json', logsConfig),
    ...tables('list.json', filterList),
    ...tables('statistics.json: each command', statisticsCommand),
    '',
  ].join('\n');
