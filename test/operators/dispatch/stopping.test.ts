import { Subject, delay, ignoreElements, last, map, merge, takeUntil, tap } from 'rxjs';
import { test } from 'vitest';
import type { Command } from '../../../src/model/command.js';
import type { Sink } from '../../../src/model/component.js';
import type { Message } from '../../../src/model/message.js';
import { enclose } from '../../../src/operators/enclose.js';
import { stopping } from '../../../src/operators/dispatch/stopping.js';
import { marbles } from '../../marbles.js';

const rpc = (id: number): Command => ({ kind: 'rpc', device: 'D', id, method: 'm', params: null });
const commands: Readonly<Record<string, Command>> = {
  a: rpc(1),
  b: rpc(2),
  c: rpc(3),
  u: { kind: 'attributeUpdate', values: {}, deleted: [] },
};
const data: Message = { kind: 'connected', device: 'D', profile: 'p' };
const text = (message: Message): string =>
  message.kind === 'reply' ? `${message.device} ${message.id} ${JSON.stringify(message.content)}` : message.kind;
const texts = { d: 'connected', B: 'D 2 {"error":"the gateway is stopping","code":503}' };

test(
  'a request is answered after the last source has ended, as long as what is stored goes out',
  marbles(({ hot, cold, expectObservable }) => {
    const sources = '-d---|         ';
    const stored = ' ----------d-| ';
    const sent = hot('   --a---b--u---c-', commands);
    // c comes too late for anybody to answer but the sink itself.
    const passed = ' --a------u----|';
    const reached = '-d----B---d-|  ';
    const end = stopping();
    const got = new Subject<string>();
    /** Goes on for 2 ms when its messages have ended. */
    const sink: Sink = (messages) => {
      const heard = messages.pipe(map(({ value }) => text(value)), tap(got), ignoreElements()); // prettier-ignore
      return merge(sent.pipe(takeUntil(got.pipe(last(), delay(2)))), heard);
    };
    const flow = (line: string) => cold(line).pipe(map(() => data), enclose()); // prettier-ignore
    expectObservable(got).toBe(reached, texts);
    expectObservable(end.around(sink)(merge(flow(sources).pipe(end.watched), flow(stored)))).toBe(passed, commands);
  }),
);
