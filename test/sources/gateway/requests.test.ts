import { NEVER, Subject, map, of } from 'rxjs';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/model/command.js';
import type { Json, Message } from '../../../src/model/message.js';
import { roster } from '../../../src/operators/roster.js';
import { noFacts } from '../../../src/operators/tally.js';
import { requests } from '../../../src/sources/gateway/requests.js';
import { marbles } from '../../marbles.js';

const rpc = (id: number, method: string, params: Json = null): Command => ({ kind: 'rpc', id, method, params });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What the gateway says to these requests, one after the other. */
const said = async (...calls: Command[]) => {
  const owners = roster([
    { device: 'a', connector: 'x' },
    { device: '__proto__', connector: 'y' },
  ]);
  owners.learn({ kind: 'connected', device: 'a', connector: 'x', profile: 'p' });
  const commands = new Subject<Command>();
  const out: Message[] = [];
  let ended = false;
  const sums = of({ ...noFacts, received: 7, delivered: 5 });
  requests({ roster: owners, sums, version: '1.2.3', restart: () => undefined })(commands).subscribe({
    next: ({ value }) => out.push(value),
    complete: () => (ended = true),
  });
  for (const call of calls) commands.next(call);
  expect(out).toEqual([]);
  await turn();
  commands.complete();
  expect(ended).toBe(true);
  return { out, owners };
};

const answer = async (method: string, params?: Json): Promise<unknown> => {
  const { out } = await said(rpc(3, method, params));
  expect(out).toHaveLength(1);
  const [reply] = out;
  expect(reply).toMatchObject({ kind: 'reply', id: 3 });
  return reply?.kind === 'reply' ? reply.content : undefined;
};

test.each<[string, Json]>([
  ['gateway_ping', { code: 200, resp: 'pong' }],
  ['gateway_stats', { eventsProduced: 7, eventsSent: 5, xEventsProduced: 1 }],
  ['gateway_version', { code: 200, resp: { current_version: '1.2.3', latest_version: '1.2.3' } }],
  ['gateway_restart', { success: true }],
  ['gateway_device_renamed', { success: true }],
  ['gateway_nothing', { error: 'Method not found', code: 404 }],
  ['constructor', { error: 'Method not found', code: 404 }],
  ['', { error: 'Method not found', code: 404 }],
])('%s is answered as documented', async (method, content) => expect(await answer(method)).toEqual(content));

test('gateway_devices names the connector of each device, __proto__ too', async () =>
  expect(JSON.stringify(await answer('gateway_devices'))).toBe('{"code":200,"resp":{"a":"x","__proto__":"y"}}'));

test.each(['gateway_reboot', 'gateway_update', 'getTermInfo', 'sendCommand', 'getCommandStatus', 'terminateCommand'])(
  '%s is refused, and says so',
  async (method) => expect(Object.keys((await answer(method, { command: 'id' })) as object)).toEqual(['error', 'code']),
);

test.each<[Json]>([['a'], [['a']]])('a device that was deleted (%j) is forgotten and leaves', async (params) => {
  const { out, owners } = await said(rpc(1, 'gateway_device_deleted', params));
  expect(out).toEqual([
    { kind: 'disconnected', device: 'a', connector: 'x' },
    { kind: 'reply', id: 1, content: { success: true } },
  ]);
  expect(owners.ownerOf('a')).toBeUndefined();
});

test.each<[Json]>([['unknown'], [{}], [null], [7]])('the deletion of %j is answered, and that is all', async (params) =>
  expect(await answer('gateway_device_deleted', params)).toEqual({ success: true }),
);

test('every request has its own answer, in order; what is no request has none', async () => {
  const update: Command = { kind: 'attributeUpdate', values: {}, deleted: [] };
  const { out } = await said(rpc(1, 'gateway_ping'), update, rpc(2, 'x'), rpc(3, 'gateway_ping'));
  expect(out.map((message) => (message.kind === 'reply' ? message.id : message.kind))).toEqual([1, 2, 3]);
});

test.each<[Json, number]>([
  [3, 3],
  ['2', 2],
  [[4], 4],
  [0, 1],
  [{}, 1],
  ['soon', 1],
])('gateway_restart with %j starts the gateway again after %i s, a second at least', (params, seconds) =>
  marbles(({ hot, scheduler, expectObservable }) => {
    const restarts = new Subject<string>();
    const commands = hot<Command>('-----r', { r: rpc(1, 'gateway_restart', params) });
    const restart = (): void => restarts.next('again');
    const source = requests({ roster: roster(), sums: NEVER, version: '', restart, scheduler });
    expectObservable(restarts, '9999ms !').toBe(`${seconds * 1_000 + 5}ms r`, { r: 'again' });
    expectObservable(source(commands).pipe(map(({ value }) => value.kind)), '9999ms !').toBe('-----r', { r: 'reply' });
  })(),
);

test(
  'a stop ends a restart that has not begun',
  marbles(({ hot, scheduler, expectObservable, flush }) => {
    let restarted = false;
    const commands = hot<Command>('r----|', { r: rpc(1, 'gateway_restart', 1) });
    const restart = (): void => void (restarted = true);
    const source = requests({ roster: roster(), sums: NEVER, version: '', restart, scheduler });
    expectObservable(source(commands).pipe(map(({ value }) => value.kind))).toBe('r----|', { r: 'reply' });
    flush();
    expect(restarted).toBe(false);
  }),
);
