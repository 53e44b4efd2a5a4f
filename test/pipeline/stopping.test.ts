import { Subject, concat, ignoreElements, map, merge, tap } from 'rxjs';
import { expect, test } from 'vitest';
import type { Command } from '../../src/model/command.js';
import type { Operator, Sink } from '../../src/model/component.js';
import type { Message } from '../../src/model/message.js';
import { pipeline } from '../../src/pipeline.js';

test('a request that comes while the stored messages still go out is answered: the gateway is stopping', () => {
  const [requests, until, delivered] = [new Subject<Command>(), new Subject<void>(), new Subject<never>()];
  const got: Message[] = [];
  const sink: Sink = (messages) =>
    merge(
      requests,
      messages.pipe(
        map(({ value }) => value),
        tap({ next: (message) => void got.push(message), complete: () => requests.complete() }),
        ignoreElements(),
      ),
    );
  const storage: Operator = (messages) => concat(messages, delivered);
  let ended = false;
  pipeline({
    sources: { c: (commands) => commands.pipe(ignoreElements()) },
    through: storage,
    sink,
    until,
  }).subscribe({ complete: () => (ended = true) });
  const ask = (id: number): void => requests.next({ kind: 'rpc', device: 'D', id, method: 'm', params: null });
  ask(1);
  until.next();
  expect(ended).toBe(false);
  ask(2);
  delivered.complete();
  expect(got).toMatchObject([
    { kind: 'reply', device: 'D', id: 1, content: { code: 404 } },
    { kind: 'reply', device: 'D', id: 2, content: { code: 503 } },
  ]);
  expect(ended).toBe(true);
});
