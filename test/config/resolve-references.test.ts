import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { resolveReferences } from '../../src/config/resolve-references.js';

const folder = mkdtempSync(join(tmpdir(), 'references-'));
writeFileSync(join(folder, 'secret'), 's3cret \r\n');
writeFileSync(join(folder, 'empty'), '\n');
writeFileSync(join(folder, 'huge'), '');
truncateSync(join(folder, 'huge'), 100_000);
afterAll(() => rmSync(folder, { recursive: true }));

const env = { NAME: 'value', EMPTY: '', NESTED: '${env:NAME}' };
const resolved = (input: unknown) => resolveReferences(input, { env, folder });

describe('a reference is followed', () => {
  test.each<[unknown, unknown, readonly string[]]>([
    [{ accessToken: '${env:NAME}' }, { accessToken: 'value' }, ['value']],
    [{ accessToken: '${file:secret}' }, { accessToken: 's3cret ' }, ['s3cret ']],
    [{ token: [{ any: '${env:NAME}' }] }, { token: [{ any: 'value' }] }, ['value']],
    [{ security: { username: '${env:NAME}' } }, { security: { username: 'value' } }, ['value']],
    [{ security: { caCert: '${env:NAME}' } }, { security: { caCert: 'value' } }, []],
    [{ password: '${env:NESTED}' }, { password: '${env:NAME}' }, ['${env:NAME}']],
  ])('%j', (input, value, secrets) => {
    expect(resolved(input)).toEqual({ value, problems: [], secrets });
  });
});

describe('what is no reference means itself', () => {
  test.each([
    { host: '${env:NAME}' },
    { mapping: [{ converter: { timeseries: [{ key: 'a', value: '${env:NAME}' }] } }] },
    { password: 'x${env:NAME}' },
    { password: '${temp}' },
    { password: '${ENV:NAME}' },
    { password: '${env:}' },
    { password: 5 },
  ])('%j', (input) => {
    expect(resolved(input)).toEqual({ value: input, problems: [], secrets: [] });
  });
});

describe('one that leads nowhere is a mistake', () => {
  test.each([
    ['${env:ABSENT}', 'nothing', 'the environment variable ABSENT to be set'],
    ['${env:EMPTY}', 'nothing', 'the environment variable EMPTY to be set'],
    ['${env:__proto__}', 'nothing', 'the environment variable __proto__ to be set'],
    ['${file:absent}', 'no such file', 'a readable file absent'],
    ['${file:.}', 'it is no regular file', 'a readable file .'],
    ['${file:empty}', 'an empty file', 'a secret in the file empty'],
    ['${file:huge}', 'it has 100000 bytes, more than 65536', 'a readable file huge'],
  ])('%s', (reference, found, expected) => {
    const { problems, secrets } = resolved({ a: [{ password: reference }] });
    expect(problems).toEqual([{ path: 'a[0].password', found, expected }]);
    expect(secrets).toEqual([]);
  });
});

test('the input is not touched, and __proto__ reaches no prototype', () => {
  const input: unknown = JSON.parse('{"security": {"__proto__": {"password": "${env:NAME}"}}}');
  const before = JSON.stringify(input);
  const { value } = resolved(input);
  expect(JSON.stringify(input)).toBe(before);
  expect(JSON.stringify(value)).toBe('{"security":{"__proto__":{"password":"value"}}}');
  expect(({} as Record<string, unknown>).password).toBeUndefined();
});
