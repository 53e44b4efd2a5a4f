import { NEVER, map, of, timer } from 'rxjs';
import { expect, test } from 'vitest';
import { gatewayConfig } from '../../src/config.js';
import type { GatewayConfig } from '../../src/config.js';
import { decode } from '../../src/model/decode.js';
import type { Source } from '../../src/model/component.js';
import type { Fate, Opened } from '../../src/pipeline/open-all.js';
import { reloads } from '../../src/pipeline/reloads.js';
import { marbles } from '../marbles.js';

const configOf = (names: readonly string[] = [], thingsboard: object = {}): GatewayConfig =>
  decode(gatewayConfig, {
    thingsboard: { security: { accessToken: 'T' }, ...thingsboard },
    connectors: names.map((name) => ({ name, type: 'mqtt', configuration: name })),
  }).value!;
const source: Source = () => NEVER;
const openedOf = (
  { connectors }: GatewayConfig,
  fates: Readonly<Record<string, Fate>>,
  gone: string[] = [],
): Opened => ({
  sources: new Map(connectors.map(({ name }) => [name, source])),
  fates: connectors.map((entry) => [entry, fates[entry.name] ?? 'same']),
  gone,
});

/** What is logged and learnt of these configurations. */
const saidOf = (configs: readonly GatewayConfig[], open: (config: GatewayConfig) => Opened) => {
  const lines: unknown[] = [];
  const learnt: unknown[] = [];
  reloads(of(...configs), {
    running: configOf(['a']),
    open: (config) => of(open(config)),
    learn: (connectors, begun) => learnt.push([connectors.map(({ name }) => name), begun.map(({ name }) => name)]),
    log: { info: (...line) => lines.push(line), warn: (...line) => lines.push(line) },
  }).subscribe();
  return { lines, learnt };
};

test('what has become of each connector is one line, and is learnt before it starts', () => {
  const config = configOf(['a', 'b', 'c', 'd', 'e']);
  const fates = { b: 'started', c: 'restarted', d: 'kept', e: 'disabled' } as const;
  const { lines, learnt } = saidOf([config], () => openedOf(config, fates, ['z']));
  expect(lines).toEqual([
    [
      'the configuration was read again: connectors have changed',
      { started: ['b'], restarted: ['c'], stopped: ['z'], faulty: ['d'], disabled: ['e'] },
    ],
  ]);
  expect(learnt).toEqual([
    [
      ['a', 'b', 'c', 'd', 'e'],
      ['b', 'c'],
    ],
  ]);
});

test('that nothing has changed is said, too', () => {
  const { lines } = saidOf([configOf(['a'])], (config) => openedOf(config, {}));
  expect(lines).toEqual([['the configuration was read again: nothing has changed', {}]]);
});

test('keys of the main file that need a restart are named once, until they are others', () => {
  const changed = configOf(['a'], { host: 'h' });
  const more = configOf(['a'], { host: 'h', port: 7 });
  const { lines } = saidOf([changed, changed, more, configOf(['a']), changed], (config) => openedOf(config, {}));
  const keys = lines.flatMap((line) => (line as [string, { keys?: string[] }])[1].keys ?? []);
  expect(keys).toEqual(['thingsboard.host', 'thingsboard.host', 'thingsboard.port', 'thingsboard.host']);
});

test(
  'configurations are opened one after the other, and none is left out',
  marbles(({ hot, scheduler, expectObservable }) => {
    const configs = hot('-a-b|', { a: configOf(['a']), b: configOf(['a', 'b']) });
    const running = reloads(configs, {
      running: configOf(['a']),
      open: (config) => timer(5, scheduler).pipe(map(() => openedOf(config, {}))),
      learn: () => undefined,
      log: { info: () => undefined, warn: () => undefined },
    });
    expectObservable(running.pipe(map((sources) => [...sources.keys()].join('')))).toBe('------a----(b|)', {
      a: 'a',
      b: 'ab',
    });
  }),
);
