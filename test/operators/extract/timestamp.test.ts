import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { date } from '../../../src/operators/extract/date.js';
import { timestamp } from '../../../src/operators/extract/timestamp.js';

const now = Date.UTC(2026, 0, 1);
const before = process.env.TZ;
beforeAll(() => void (process.env.TZ = 'Europe/Berlin'));
afterAll(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

describe('date', () => {
  it.each([
    ['2024-01-02T03:04:05Z', {}, '2024-01-02T03:04:05.000Z'],
    ['2024-01-02T03:04:05.123456789+05:30', {}, '2024-01-01T21:34:05.123Z'],
    ['2024-01-02 03:04:05,5 -0200', {}, '2024-01-02T05:04:05.500Z'],
    ['2024-01-02T03:04+02', {}, '2024-01-02T01:04:00.000Z'],
    ['2024-01-02T03:04:05', {}, '2024-01-02T02:04:05.000Z'],
    ['2024-07-02T03:04:05', {}, '2024-07-02T01:04:05.000Z'],
    ['2024-01-02', {}, '2024-01-01T23:00:00.000Z'],
    ['20240102T030405', {}, '2024-01-02T02:04:05.000Z'],
    ['20240102', {}, '2024-01-01T23:00:00.000Z'],
    ['2024-02-01T00:00Z', { dayfirst: true }, '2024-02-01T00:00:00.000Z'],
    ['10.11.25 10:35:12.123', { dayfirst: true }, '2025-11-10T09:35:12.123Z'],
    ['10/11/25 10:35', {}, '2025-10-11T08:35:00.000Z'],
    ['10-11-25 10:35Z', { yearfirst: true }, '2010-11-25T10:35:00.000Z'],
    ['10-11-25 10:35Z', { yearfirst: true, dayfirst: true }, '2010-11-25T10:35:00.000Z'],
    ['25.12.2025 00:00Z', {}, '2025-12-25T00:00:00.000Z'],
    ['1/2/99 1:00 PM UTC', {}, '1999-01-02T13:00:00.000Z'],
    ['Tue, 02 Jan 2024 03:04:05 GMT', {}, '2024-01-02T03:04:05.000Z'],
    ['Jan 2, 2024 12:00 am Z', {}, '2024-01-02T00:00:00.000Z'],
    ['Tue Jan  2 03:04:05 2024', {}, '2024-01-02T02:04:05.000Z'],
    ['2-Mar-2024 00:00 UTC', {}, '2024-03-02T00:00:00.000Z'],
    ['29.02.2024 00:00Z', { dayfirst: true }, '2024-02-29T00:00:00.000Z'],
  ])('reads %s %j', (text, order, iso) => expect(new Date(date(text, order, now)!).toISOString()).toBe(iso));

  it.each([
    '',
    'soon',
    '30.02.2024',
    '2023-02-29',
    '13/13/2024',
    '2024-01-02T25:00',
    '10:35',
    '2024-01-02 03:04 EST',
    '5',
    '1-2',
    '2024-01-02x',
    'a b c',
    '2024-01-02T03:04:05Z'.repeat(9),
  ])('does not guess at %j', (text) => expect(date(text, {}, now)).toBeUndefined());

  it('reads every ISO time that a computer writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1000-01-01T00:00Z'), max: new Date('9999-12-31T00:00Z'), noInvalidDate: true }),
        (day) => {
          expect(date(day.toISOString(), {}, now)).toBe(day.getTime());
        },
      ),
    );
  });
});

describe('timestamp', () => {
  it.each([
    [{}, { ts: 5 }, 5],
    [{}, { ts: 1600000000000.7 }, 1600000000000],
    [{}, { ts: '1600000000000' }, 1600000000000],
    [{}, { ts: 0, timestamp: 7 }, 7],
    [{}, { ts: 1e300, timestamp: '2024-01-02T03:04:05Z' }, 1704164645000],
    [{}, { ts: -1 }, undefined],
    [{}, { ts: true }, undefined],
    [{}, { ts: null }, undefined],
    [{}, 'text', undefined],
    [{}, [], undefined],
    [{ tsField: '${when}' }, { when: 1600000000 }, 1600000000000],
    [{ tsField: '${when}' }, { when: '1600000000.5' }, 1600000000500],
    [{ tsField: '${when}' }, { when: 'rubbish', ts: 9 }, 9],
    [{ tsField: '${a.when}' }, { when: 1e12, a: { when: 2e12 } }, 2e12],
    [{ tsField: '${x.when}' }, { a: [{ b: { when: 2e12 } }], when: 1e12 }, 1e12],
    [{ tsField: 'when' }, { a: { when: 2e12 } }, 2e12],
  ])('%j of %j', (options, body, ts) => expect(timestamp(options)(body, now)).toBe(ts));
});
