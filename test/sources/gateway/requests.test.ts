import { EMPTY, NEVER, Subject, defer, map, of, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/model/command.js';
import type { Json, Message } from '../../../src/model/message.js';
import { roster } from '../../../src/operators/roster.js';
import { noFacts } from '../../../src/operators/tally.js';
import { requests } from '../../../src/sources/gateway/requests.js';
import type { GatewayRequests } from '../../../src/sources/gateway/requests.js';
import { marbles } from '../../marbles.js';

const rpc = (id: number, method: string, params: Json = null): Command => ({ kind: 'rpc', id, method, params });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** It could start again, and is not told to. */
const never = { check: EMPTY, begin: EMPTY };

/** What the gateway says to these requests, one after the other. */
const said = async (...calls: Command[]) => saidWith({}, ...calls);
const saidWith = async (more: Partial<GatewayRequests>, ...calls: Command[]) => {
  const owners = roster([
    { device: 'a', connector: 'x' },
    { device: '__proto__', connector: 'y' },
  ]);
  owners.learn({ kind: 'connected', device: 'a', connector: 'x', profile: 'p' });
  const commands = new Subject<Command>();
  const out: Message[] = [];
  let ended = false;
  const sums = of({ ...noFacts, received: 7, delivered: 5 });
  requests({ roster: owners, sums, version: '1.2.3', restarting: never, forgetCredentials: () => false, ...more })(
    commands,
  ).subscribe({
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
    { kind: 'disconnected', device: 'a' },
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

test.each<[string, Partial<GatewayRequests>, Json]>([
  ['there are some', { forgetCredentials: () => true }, { code: 200, resp: expect.any(String) as string }],
  ['there are none', {}, { code: 404, error: expect.any(String) as string }],
  [
    'they cannot be removed',
    {
      forgetCredentials: () => {
        throw new Error('EROFS');
      },
    },
    { code: 500, error: expect.stringContaining('EROFS') as string },
  ],
])('gateway_remove_provisioned_credentials is answered where %s', async (_, more, content) => {
  const { out } = await saidWith(more, rpc(1, 'gateway_remove_provisioned_credentials'));
  expect(out).toEqual([{ kind: 'reply', id: 1, content }]);
});

/** The source with a marble for each time that the gateway would start again. */
const restartable = (scheduler: NonNullable<GatewayRequests['scheduler']>, check: Observable<never> = EMPTY) => {
  const restarts = new Subject<string>();
  const begin = defer(() => {
    restarts.next('again');
    return EMPTY;
  });
  const source = requests({
    roster: roster(),
    sums: NEVER,
    version: '',
    restarting: { check, begin },
    forgetCredentials: () => false,
    scheduler,
  });
  return { restarts, source };
};

test.each<[Json, number]>([
  [3, 3],
  ['2', 2],
  [[4], 4],
  [0, 1],
  [{}, 1],
  ['soon', 1],
])('gateway_restart with %j starts the gateway again after %i s, a second at least', (params, seconds) =>
  marbles(({ hot, scheduler, expectObservable }) => {
    const commands = hot<Command>('-----r', { r: rpc(1, 'gateway_restart', params) });
    const { restarts, source } = restartable(scheduler);
    expectObservable(restarts, '9999ms !').toBe(`${seconds * 1_000 + 5}ms r`, { r: 'again' });
    expectObservable(source(commands).pipe(map(({ value }) => value.kind)), '9999ms !').toBe('-----r', { r: 'reply' });
  })(),
);

const contentOf = (message: Message): Json => (message.kind === 'reply' ? message.content : message.kind);

test(
  'a stop ends a restart that has not begun',
  marbles(({ hot, scheduler, expectObservable }) => {
    const commands = hot<Command>('r----|', { r: rpc(1, 'gateway_restart', 1) });
    const { restarts, source } = restartable(scheduler);
    expectObservable(restarts).toBe('-');
    expectObservable(source(commands).pipe(map(({ value }) => value.kind))).toBe('r----|', { r: 'reply' });
  }),
);

test(
  'a gateway that could not start again says why, and does not',
  marbles(({ hot, scheduler, expectObservable }) => {
    const commands = hot<Command>('r', { r: rpc(1, 'gateway_restart', 1) });
    const check = throwError(() => new Error('a.json: wrong'));
    const { restarts, source } = restartable(scheduler, check);
    expectObservable(restarts, '9999ms !').toBe('-');
    const answer = { error: 'a.json: wrong', code: 500 };
    expectObservable(source(commands).pipe(map(({ value }) => contentOf(value))), '9999ms !').toBe('r', { r: answer });
  }),
);

test(
  'of two restarts the later one counts, and each is answered, however long the looking takes',
  marbles(({ cold, hot, scheduler, expectObservable }) => {
    const commands = hot<Command>('rs', { r: rpc(1, 'gateway_restart', 1), s: rpc(2, 'gateway_restart', 2) });
    const { restarts, source } = restartable(scheduler, cold<never>('-----|'));
    expectObservable(restarts, '9999ms !').toBe('2006ms r', { r: 'again' });
    const ids = source(commands).pipe(map(({ value }) => (value.kind === 'reply' ? value.id : 0)));
    expectObservable(ids, '9999ms !').toBe('-----rs', { r: 1, s: 2 });
  }),
);
