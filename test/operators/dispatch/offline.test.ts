import { NEVER, map } from 'rxjs';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/model/command.js';
import type { Fact } from '../../../src/model/fact.js';
import { dispatch } from '../../../src/operators/dispatch.js';
import { enclose } from '../../../src/operators/enclose.js';
import { fleet } from '../../../src/operators/fleet.js';
import { roster } from '../../../src/operators/roster.js';
import { serve } from '../../../src/operators/serve.js';
import { marbles } from '../../marbles.js';

test(
  'a request to a connector that is not connected is answered so, whenever it comes, and never as late',
  marbles(({ hot, scheduler, expectObservable, flush }) => {
    const facts: Fact[] = [];
    const offline = (commands: Parameters<typeof serve>[0]) =>
      serve(commands, NEVER, () => NEVER, { name: 'x', scheduler }).pipe(enclose());
    const calls = Array.from('abcdefghij', (letter, id): [string, Command] => [
      letter,
      { kind: 'rpc', device: 'D', id, method: 'm', params: null },
    ]);
    const commands = hot<Command>('-a-b 7ms cd 50ms (ef)gh 100ms i 3s j', Object.fromEntries(calls));
    const out = dispatch((directed) => fleet({ x: offline }, directed, { scheduler }), commands, {
      roster: roster([{ device: 'D', connector: 'x' }]),
      scheduler,
      fact: (fact) => facts.push(fact),
    }).pipe(map(({ value }) => (value.kind === 'reply' ? `${value.id} ${JSON.stringify(value.content)}` : value.kind)));
    const expected = Object.fromEntries(
      calls.map(([letter], id) => [letter, `${id} {"error":"x is not connected","code":503}`]),
    );
    expectObservable(out, '20s !').toBe('9500ms -a-b 7ms cd 50ms (ef)gh 100ms i 3s j', expected);
    flush();
    expect(facts).toEqual([]);
  }),
);
