import type { Context } from '../../../model/component.js';
import type { Fact, Phase, State } from '../../../model/fact.js';

type Said = Pick<Context, 'fact' | 'log'>;

const isUp = (phase: Phase | undefined): boolean => phase === 'connected' || phase === 'polling';
const isOver = (phase: Phase | undefined): boolean => phase === 'disabled';

/**
 * Makes one life cycle of those of several connections. Gives what each of them says its facts to, by its name.
 *
 * The connector is up while any of its connections is; what happens to one of the others then goes to the log alone, once each time that it is lost. It is
 * disabled when all are. Alerts and counts pass.
 */
export const phases = ({ fact, log }: Said, names: readonly string[]): readonly ((fact: Fact) => void)[] => {
  const current = new Map<string, Phase>();
  let said: Phase | undefined;
  const pass = (state: State): void => {
    if (state.phase === said && state.phase !== 'reconnecting' && state.phase !== 'refused') return;
    said = state.phase;
    fact(state);
  };
  const enter = (name: string, state: State): void => {
    const before = current.get(name);
    current.set(name, state.phase);
    const all = names.map((one) => current.get(one));
    const { phase, why, attempt } = state;
    if (isUp(phase)) {
      pass(all.includes('polling') ? { kind: 'state', who: state.who, phase: 'polling' } : state);
      return;
    }
    if (!all.some(isUp)) {
      if (!isOver(phase) || all.every(isOver)) pass(state);
      return;
    }
    if (isUp(before) || attempt === 1 || isOver(phase))
      log.warn('a connection is down, the others are not', { endpoint: name, why, phase });
  };
  return names.map((name) => (one) => {
    if (one.kind === 'state' && names.length > 1) enter(name, one);
    else fact(one);
  });
};
