import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../src/log.js';
import type { LogOptions } from '../src/log.js';
import type { Routes } from '../src/log/log-plan.js';
import type { FilePlan } from '../src/log/rotating-file.js';

const logged = (options: LogOptions = {}) => {
  const lines: string[] = [];
  return { lines, log: createLog({ ...options, write: (line) => lines.push(line) }) };
};

beforeEach(() =>
  vi.useFakeTimers({
    now: Date.UTC(2026, 0, 2, 3, 4, 5),
    toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'],
  }),
);
afterEach(() => vi.useRealTimers());

test('a line says when, how grave, who, what, and its details', () => {
  const { lines, log } = logged();
  log.info('starting');
  log.child('Broker 1').warn('slow', { ms: 7, why: { nested: [true, null] } });
  expect(lines).toEqual([
    '2026-01-02T03:04:05.000Z INFO  [gateway] starting',
    '2026-01-02T03:04:05.000Z WARN  [Broker 1] slow {"ms":7,"why":{"nested":[true,null]}}',
  ]);
});

test('machines get JSON', () => {
  const { lines, log } = logged({ format: 'json' });
  log.child('x').error('broken', { n: 1 });
  log.info('fine');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { ts: '2026-01-02T03:04:05.000Z', level: 'error', name: 'x', message: 'broken', details: { n: 1 } },
    { ts: '2026-01-02T03:04:05.000Z', level: 'info', name: 'gateway', message: 'fine' },
  ]);
});

describe('a level lets through what is as grave or graver', () => {
  test.each([
    ['none', []],
    ['error', ['e']],
    ['warn', ['w', 'e']],
    ['info', ['i', 'w', 'e']],
    ['debug', ['d', 'i', 'w', 'e']],
  ] as const)('%s', (level, texts) => {
    const { lines, log } = logged({ level });
    log.debug('d');
    log.info('i');
    log.warn('w');
    log.error('e');
    expect(lines.map((line) => line.at(-1))).toEqual(texts);
  });
});

test('a component may have a level of its own, which beats that of its logger', () => {
  const routes: Routes = new Map([['connector', { level: 'error', to: [{ least: 'debug' }] }]]);
  const { lines, log } = logged({ level: 'warn', routes, levels: new Map([['A', 'debug']]) });
  for (const name of ['A', 'B', 'storage', 'gateway']) {
    log.child(name).debug('d');
    log.child(name).warn('w');
    log.child(name).error('e');
  }
  expect(lines.map((line) => line.slice(25))).toEqual([
    'DEBUG [A] d',
    'WARN  [A] w',
    'ERROR [A] e',
    'ERROR [B] e',
    'WARN  [storage] w',
    'ERROR [storage] e',
    'WARN  [gateway] w',
    'ERROR [gateway] e',
  ]);
});

test('lines go to the files of their logger, with nothing secret in them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  try {
    const file = (name: string): FilePlan => ({ path: join(folder, name), maxBytes: 1_000, backups: 1 });
    const routes: Routes = new Map([
      ['storage', { level: 'debug', to: [{ least: 'error', file: file('errors') }, { least: 'debug' }] }],
      ['service', { level: 'info', to: [{ least: 'debug', file: file('errors') }] }],
      ['tb_connection', { level: 'info', to: [] }],
    ]);
    const { lines, log } = logged({ routes, secrets: ['s3cret'] });
    log.child('storage').warn('a');
    log.child('storage').error('b s3cret');
    log.child('thingsboard').error('c');
    log.info('d', { token: 'x' });
    expect(lines.map((line) => line.slice(25))).toEqual(['WARN  [storage] a', 'ERROR [storage] b ***']);
    expect(
      readFileSync(join(folder, 'errors'), 'utf8')
        .split('\n')
        .map((line) => line.slice(25)),
    ).toEqual(['ERROR [storage] b ***', 'INFO  [gateway] d {"token":"***"}', '']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a file that cannot be written is said on the console', () => {
  const routes: Routes = new Map([
    ['service', { level: 'info', to: [{ least: 'debug', file: { path: '/dev/null/x', maxBytes: 1, backups: 1 } }] }],
  ]);
  const { lines, log } = logged({ routes });
  log.info('lost');
  log.info('lost');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('the log file /dev/null/x cannot be written: ');
});

describe('a secret is shown nowhere', () => {
  test('under a key that names one, at any depth', () => {
    const { lines, log } = logged();
    log.info('x', {
      accessToken: 's3cr3t',
      list: [{ Password: 's3cr3t', provisionDeviceSecret: 's3cr3t', privateKey: ['s3cr3t'], user: 'u' }],
    });
    expect(lines[0]).toContain('"accessToken":"***"');
    expect(lines[0]).toContain('"user":"u"');
    expect(lines[0]).not.toContain('s3cr3t');
  });

  test('registered, in text, key and value, the longer one first', () => {
    const { lines, log } = logged({ secrets: ['abcd', 'abcdef'] });
    log.hide('later');
    log.hide('');
    log.child('abcd').warn('mqtt://u:abcdef@host later', { 'k-abcd': 'v-abcdef', error: new Error('no abcd') });
    expect(lines[0]).toContain('[***] mqtt://u:***@host *** {"k-***":"v-***","error":"no ***"}');
  });

  test('a short one blanks out no words, but its key hides it', () => {
    const { lines, log } = logged({ secrets: ['a'] });
    log.hide('in');
    log.info('starting again', { password: 'a' });
    expect(lines[0]).toContain('starting again {"password":"***"}');
  });

  test('in the count line of a folded one neither', () => {
    const { lines, log } = logged({ secrets: ['abcd'] });
    log.error('abcd', { token: 'x' });
    log.error('abcd', { token: 'x' });
    log.flush();
    expect(lines.join()).not.toMatch(/abcd|"x"/);
    expect(lines).toHaveLength(2);
  });
});

test('a device cannot forge a line', () => {
  const { lines, log } = logged();
  log.info('device "a\n2026 ERROR [x] b\u001b[31m"', { name: 'c\r\nd' });
  expect(lines[0]).toContain('a\\u000a2026 ERROR [x] b\\u001b[31m');
  expect(lines[0]).not.toMatch(/[\n\r\u001b]/);
});

test('whatever is logged, a line comes out, of bounded length', () => {
  const { lines, log } = logged();
  const loop: Record<string, unknown> = {
    big: 10n,
    fn: () => 1,
    sym: Symbol('s'),
    bytes: Buffer.from('ab'),
    no: undefined,
  };
  loop.self = loop;
  log.info('x'.repeat(100_000), {
    loop,
    map: new Map([['k', 1]]),
    long: 'y'.repeat(100_000),
    many: Array(5_000).fill(1),
  });
  log.info('__proto__', JSON.parse('{"__proto__": {"a": 1}}') as Record<string, unknown>);
  expect(lines).toHaveLength(2);
  expect(lines[0]!.length).toBeLessThan(20_000);
  expect(lines[1]).toContain('{"__proto__":{"a":1}}');
});

describe('a warning or error that repeats', () => {
  test('is written at once, then folded into one count a minute', () => {
    const { lines, log } = logged();
    for (let second = 0; second < 90; second += 1) {
      log.error('broker away', { attempt: second });
      vi.advanceTimersByTime(1_000);
    }
    expect(lines.map((line) => line.slice(17))).toEqual([
      '05.000Z ERROR [gateway] broker away {"attempt":0}',
      '05.000Z ERROR [gateway] broker away (59 more) {"attempt":59,"repeated":59}',
    ]);
    vi.advanceTimersByTime(30_000);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('broker away (30 more)');
  });

  test('is written at once again after a quiet minute', () => {
    const { lines, log } = logged();
    log.warn('a');
    vi.advanceTimersByTime(60_000);
    log.warn('a');
    expect(lines).toHaveLength(2);
    expect(lines[1]).not.toContain('more');
  });

  test('is told apart by the texts of its details, of which only some are written', () => {
    const { lines, log } = logged();
    for (let round = 0; round < 2; round += 1)
      for (let i = 0; i < 50; i += 1) log.warn('a mapping is not used', { mapping: `mapping[${i}]`, n: i + round });
    expect(lines).toHaveLength(21);
    log.flush();
    const more = lines.slice(21).map((line) => Number(/\((\d+) more\)/.exec(line)![1]));
    expect(lines.length + more.reduce((sum, n) => sum + n, 0) - more.length).toBe(100);
  });

  test('is told apart by component, level and text', () => {
    const { lines, log } = logged();
    log.warn('a');
    log.error('a');
    log.warn('b');
    log.child('x').warn('a');
    expect(lines).toHaveLength(4);
  });

  test('is not folded at info', () => {
    const { lines, log } = logged();
    log.info('a');
    log.info('a');
    expect(lines).toHaveLength(2);
  });

  test('runs a timer only while something is folded', () => {
    const { log } = logged();
    log.error('a');
    expect(vi.getTimerCount()).toBe(0);
    log.error('a');
    log.error('a');
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('loses no count at the end', () => {
    const { lines, log } = logged();
    log.error('a');
    log.error('a');
    log.error('a');
    log.flush();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('(2 more)');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('takes bounded memory, and what is forgotten is counted', () => {
    const { lines, log } = logged();
    log.error('first');
    log.error('first');
    for (let i = 0; i < 1_000; i += 1) log.error(`text ${i}`);
    expect(lines.filter((line) => line.includes('first'))).toHaveLength(2);
    expect(lines.at(-2)).toContain('first (1 more)');
  });
});

test('a list among the details stands below its line as text, one item a line, with control characters escaped; in JSON it stays a list', () => {
  const lines: string[] = [];
  const of = (format: 'text' | 'json') => createLog({ format, write: (line) => lines.push(line) });
  of('text').error('2 mistakes:', { list: ['a "b"', 'c\nd'], code: 'X' });
  of('json').error('2 mistakes:', { list: ['a "b"', 'c\nd'] });
  expect(lines[0]?.slice(25)).toBe('ERROR [gateway] 2 mistakes: {"code":"X"}\n    a "b"\n    c\\u000ad');
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ details: { list: ['a "b"', 'c\nd'] } });
});
