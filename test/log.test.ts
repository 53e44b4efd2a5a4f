import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../src/log.js';
import type { LogOptions } from '../src/log.js';

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
