import { expect, it } from 'vitest';
import { isPersistent } from '../../../../src/sources/mqtt/connection/is-persistent.js';
import { sessionAdvice } from '../../../../src/sources/mqtt/connection/session-advice.js';

const defaults = { version: 5, cleanSession: true, cleanStart: true, sessionExpiryInterval: 0 } as const;
type Settings = Parameters<typeof sessionAdvice>[0];

const table: readonly (readonly [Partial<Settings>, boolean, readonly RegExp[]])[] = [
  [{}, false, []],
  [{ cleanSession: false }, false, []],
  [{ cleanStart: false }, false, [/without a clientId/, /keeps nothing/]],
  [{ cleanStart: false, clientId: 'g' }, false, [/keeps nothing/]],
  [{ cleanStart: false, clientId: 'g', sessionExpiryInterval: 60 }, true, []],
  [{ clientId: 'g', sessionExpiryInterval: 60 }, false, [/throws away/]],
  [{ version: 4, cleanSession: false }, true, [/without a clientId/]],
  [{ version: 4, cleanSession: false, clientId: 'g' }, true, []],
  [{ version: 3, cleanStart: false, sessionExpiryInterval: 60 }, false, []],
];

it.each(table)('%j is persistent: %s, and is told %s', (settings, persistent, advice) => {
  const broker = { ...defaults, ...settings };
  expect(isPersistent(broker)).toBe(persistent);
  const told = sessionAdvice(broker);
  expect(told.length).toBe(advice.length);
  told.forEach((text, i) => expect(text).toMatch(advice[i]!));
});
