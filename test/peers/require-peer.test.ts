import { expect, test } from 'vitest';
import { peer } from './require-peer.js';

const outcome = (present: boolean, environment: NodeJS.ProcessEnv): readonly string[] => {
  const calls: string[] = [];
  const note = (kind: string) => (name: string) => calls.push(`${kind}: ${name}`);
  peer('mosquitto', present, environment, note('run'), note('skip'))('it works', () => undefined);
  return calls;
};

test('in CI a missing peer is an error', () => {
  expect(() => outcome(false, { CI: 'true' })).toThrow(
    'mosquitto is not installed: install it, or the tests "it works" prove nothing',
  );
});

test('elsewhere its tests are skipped with the reason in the name', () => {
  expect(outcome(false, {})).toEqual(['skip: it works (skipped: mosquitto is not installed)']);
});

test('with the peer they run', () => {
  expect(outcome(true, { CI: 'true' })).toEqual(['run: it works']);
});
