import { describe, expect, it } from 'vitest';
import type { Fact, Phase } from '../../../../src/model/fact.js';
import { phases } from '../../../../src/sources/modbus/bus/phases.js';

const said = (names: readonly string[], ...states: readonly (readonly [number, Phase])[]) => {
  const facts: Fact[] = [];
  const warned: unknown[] = [];
  const nothing = (): void => undefined;
  const log = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (_text: string, what?: object) => warned.push(what),
  };
  const each = phases({ fact: (fact) => facts.push(fact), log }, names);
  for (const [which, phase] of states)
    each[which]!({ kind: 'state', who: 'm', phase, ...(phase === 'reconnecting' ? { attempt: 1 } : {}) });
  return { phases: facts.flatMap((fact) => (fact.kind === 'state' ? [fact.phase] : [])), warned };
};

describe('the phases of several connections', () => {
  it('of one are its own', () =>
    expect(said(['a'], [0, 'connecting'], [0, 'connected'], [0, 'polling'], [0, 'disconnected']).phases).toEqual([
      'connecting',
      'connected',
      'polling',
      'disconnected',
    ]));

  it('are up while one is, and the log says which one is not', () => {
    const it = said(
      ['a', 'b'],
      [0, 'connecting'],
      [1, 'connecting'],
      [0, 'connected'],
      [0, 'polling'],
      [1, 'reconnecting'],
      [1, 'reconnecting'],
      [1, 'connected'],
      [0, 'disconnected'],
    );
    expect(it.phases).toEqual(['connecting', 'connected', 'polling']);
    expect(it.warned).toHaveLength(3);
  });

  it('are disabled when all are', () =>
    expect(said(['a', 'b'], [0, 'disabled'], [1, 'reconnecting'], [1, 'disabled']).phases).toEqual([
      'reconnecting',
      'disabled',
    ]));
});
