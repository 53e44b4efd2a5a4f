import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { errorCodes } from '../../src/model/errors.js';

const text = readFileSync(resolve(import.meta.dirname, '../../docs/troubleshooting.md'), 'utf8');
const rows = [...text.matchAll(/^\| `([A-Z_]+)` \|(.*)\|$/gm)].map(([, code = '', rest = '']) => ({
  code,
  cells: rest.split(' | ').map((cell) => cell.trim()),
}));

it('the troubleshooting page explains every error code, each once, in the order of the code', () => {
  expect(rows.map(({ code }) => code)).toEqual(Object.keys(errorCodes));
});

it('each of its rows says what the code means and how to cure it', () => {
  for (const { code, cells } of rows) {
    expect(cells.length, code).toBe(3);
    expect(cells[0]?.length, code).toBeGreaterThan(20);
    expect(cells[2]?.length, code).toBeGreaterThan(20);
  }
});
