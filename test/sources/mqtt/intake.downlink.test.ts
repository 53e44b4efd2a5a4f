import { concat, defer, EMPTY, map, tap, throwError, type Observable } from 'rxjs';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/model/command.js';
import { decode } from '../../../src/model/decode.js';
import { envelope, type Envelope } from '../../../src/model/envelope.js';
import { ConnectionError, FatalError, Refused, Unavailable } from '../../../src/model/errors.js';
import type { Message } from '../../../src/model/message.js';
import { RpcError } from '../../../src/model/rpc-error.js';
import type { ClientOptions, Received } from '../../../src/sources/mqtt/client.js';
import { mqttConfig, type MqttConfig } from '../../../src/sources/mqtt/config.js';
import { intake } from '../../../src/sources/mqtt/intake.js';
import type { Link } from '../../../src/sources/mqtt/connection/link.js';
import { uplink } from '../../../src/sources/mqtt/uplink.js';
import { marbles, type Drawing } from '../../marbles.js';

const rule = { deviceNameFilter: '.*', valueExpression: 'v' };
const { value: config } = decode(mqttConfig, {
  broker: { host: 'h', security: { type: 'anonymous' } },
  requestsMapping: {
    attributeRequests: [
      {
        topicFilter: 'ask',
        deviceInfo: { deviceNameExpressionSource: 'constant', deviceNameExpression: 'd' },
        attributeNameExpressionSource: 'constant',
        attributeNameExpression: 'k',
        topicExpression: 'told',
        valueExpression: '${attributeValue}',
      },
    ],
    attributeUpdates: [{ ...rule, attributeFilter: '.*', topicExpression: 'set/${attributeKey}' }],
    serverSideRpc: [{ ...rule, methodFilter: '^do', requestTopicExpression: 'call/${methodName}' }],
  },
});

const call = (id: number, method: string): Command => ({ kind: 'rpc', device: 'd', id, method, params: null });
const commands: Readonly<Record<string, Command>> = {
  a: call(1, 'doA'),
  b: call(2, 'doB'),
  u: { kind: 'attributeUpdate', device: 'd', values: { k: 1 }, deleted: [] },
  w: { kind: 'attributeUpdate', device: 'd', values: { k: 1, l: 2 }, deleted: [] },
  v: { kind: 'attributeValues', device: 'd', id: 0, value: 5 },
};

/** The source on connections as drawn, and what it publishes, logs and settles. */
const scene = (
  { scheduler, hot }: Drawing,
  drawing: string,
  connection: (n: number, options: ClientOptions, link: Link) => Observable<'ask'>,
) => {
  const seen = {
    published: [] as string[],
    logged: [] as unknown[],
    settled: [] as string[],
    out: [] as Envelope<Message>[],
  };
  const link: Link = {
    publish: ({ topic, payload }) =>
      defer(() => (seen.published.push(`${scheduler.now()} ${topic} ${payload.toString()}`), EMPTY)),
    call: () => EMPTY,
  };
  let n = 0;
  const connect = (_broker: unknown, _filters: unknown, options: ClientOptions): Observable<Envelope<Received>> =>
    defer(() => connection(n++, options, link)).pipe(
      map((topic) =>
        envelope(
          { topic, payload: Buffer.alloc(0), retained: false, qos: 1 as const },
          () => seen.settled.push('ack'),
          (why) => seen.settled.push(why.name),
        ),
      ),
    );
  const note = (_text: string, details?: object): void => void seen.logged.push(details);
  const context = {
    name: 'mqtt',
    folder: '.',
    fact: () => undefined,
    log: { debug: note, info: note, warn: note, error: note },
  };
  const halves = { connect, uplink: (decoded: MqttConfig) => uplink(decoded) };
  const source = intake(halves)(config!, context, { scheduler, backoff: () => 5 });
  /** An answer has the id of what was asked. */
  const answering = (command: Command): Command => {
    const asked = seen.out.find(({ value }) => value.kind === 'attributeRequest')?.value;
    return command.kind === 'attributeValues' && asked?.kind === 'attributeRequest'
      ? { ...command, id: asked.id }
      : command;
  };
  const result = source(hot(drawing, commands).pipe(map(answering))).pipe(
    map((item) => {
      seen.out.push(item);
      const { value } = item;
      return value.kind === 'reply' ? JSON.stringify(value.content) : value.kind;
    }),
  );
  return { ...seen, result };
};
const lost = new ConnectionError('BROKER_UNREACHABLE', 'lost');
const done = '{"success":true}';

/** A connection that is up after 3 ms, brings what is drawn from then on, and ends as it does. */
const upAfter3 = ({ cold }: Drawing, drawing: string, { onConnected }: ClientOptions, link: Link): Observable<'ask'> =>
  concat(
    cold<never>('---|'),
    defer(() => {
      onConnected(true, link);
      return cold(drawing, { q: 'ask' as const }, lost);
    }),
  );

test(
  'commands wait for the connection, and for the next one when it is lost',
  marbles((drawing) => {
    const { result, published } = scene(drawing, 'u-a----b', (n, options, link) =>
      upAfter3(drawing, n === 0 ? '---#' : '-', options, link),
    );
    drawing.expectObservable(result, '30ms !').toBe('---x 10ms y', { x: done, y: done });
    drawing.flush();
    expect(published).toEqual(['3 set/k v', '3 call/doA v', '14 call/doB v']);
  }),
);

test(
  'a call that finds no connection is answered before the platform gives up',
  marbles((drawing) => {
    const { result } = scene(drawing, '-a', () => drawing.cold<never>('-'));
    drawing.expectObservable(result, '11s !').toBe('9501ms x', { x: '{"error":"mqtt is not connected","code":503}' });
  }),
);

test.each<readonly [RpcError['code'], readonly string[], readonly object[]]>([
  [408, ['3 set/k v', '3 set/l v', '5003 set/k v', '5003 set/l v'], []],
  [500, ['3 set/k v', '3 set/l v'], [{ what: 'attributeUpdate', why: 'k' }]],
])('an update of which a part fails with code %i', (code, expected, told) =>
  marbles((drawing) => {
    let tries = 0;
    const { result, published, logged } = scene(drawing, 'w', (_n, options, link) =>
      upAfter3(drawing, '-', options, {
        ...link,
        publish: (publication) =>
          concat(
            link.publish(publication),
            publication.topic === 'set/k' && tries++ === 0 ? throwError(() => new RpcError(code, 'k')) : EMPTY,
          ),
      }),
    );
    drawing.expectObservable(result, '20s !').toBe('');
    drawing.flush();
    expect(published).toEqual(expected);
    expect(logged).toEqual(told);
  })(),
);

test(
  'an update that got no answer is published again when no part of it is under way any more',
  marbles((drawing) => {
    const { cold, expectObservable } = drawing;
    const silent = (): Observable<never> => cold<never>('#', {}, new RpcError(408, 'silent'));
    const { result, published } = scene(drawing, 'w', (_n, options, link) =>
      upAfter3(drawing, '-', options, {
        ...link,
        publish: (publication) =>
          concat(link.publish(publication), publication.topic === 'set/k' ? silent() : cold<never>('9s |')),
      }),
    );
    expectObservable(result, '20s !').toBe('');
    drawing.flush();
    expect(published).toEqual(['3 set/k v', '3 set/l v', '14003 set/k v', '14003 set/l v']);
  }),
);

test(
  'an attribute request is sent with an id, and its answer published; one that nobody waits for is said',
  marbles((drawing) => {
    const { result, published, out, settled, logged } = scene(drawing, '-----v-v', (_n, options, link) =>
      upAfter3(drawing, 'q', options, link),
    );
    drawing.expectObservable(result, '9ms !').toBe('---q', { q: 'attributeRequest' });
    drawing.flush();
    expect(out[0]!.value).toEqual({
      ...{ kind: 'attributeRequest', device: 'd', scope: 'shared', keys: ['k'] },
      id: expect.any(Number) as number,
    });
    expect(published).toEqual(['5 told 5']);
    expect(logged).toEqual([{ what: 'attributeValues', device: 'd', why: 'the device does not wait for this answer' }]);
    out[0]!.ack();
    expect(settled).toEqual(['ack']);
  }),
);

test.each([new Unavailable('STORAGE_FULL', 'not now'), new Refused('TOO_FAST', 'too many')])(
  'an attribute request that comes back with %s is acknowledged to its device, and said; nobody waits for an answer',
  (why) =>
    marbles((drawing) => {
      const { result, out, settled, logged, published } = scene(drawing, '-----v', (_n, options, link) =>
        upAfter3(drawing, 'q', options, link),
      );
      const returning = result.pipe(tap(() => out[0]?.nack(why)));
      drawing.expectObservable(returning, '9ms !').toBe('---q', { q: 'attributeRequest' });
      drawing.flush();
      expect(settled).toEqual(['ack']);
      expect(logged).toEqual([
        { what: 'attributeRequest', device: 'd', why: why.message },
        { what: 'attributeValues', device: 'd', why: 'the device does not wait for this answer' },
      ]);
      expect(published).toEqual([]);
    })(),
);

test(
  'answers what waits, and completes, when it is disabled',
  marbles((drawing) => {
    const fatal = new FatalError('CONFIG_INVALID', 'cannot read ca.pem');
    const { result } = scene(drawing, 'a', () => drawing.cold<never>('--#', undefined, fatal));
    drawing.expectObservable(result).toBe('--(x|)', {
      x: '{"error":"mqtt is stopped","code":503}',
    });
  }),
);

test(
  'answers what waits when it is asked to stop',
  marbles((drawing) => {
    const { result } = scene(drawing, 'a-|', (n) => drawing.cold<never>(n === 0 ? '-#' : '-', undefined, lost));
    drawing.expectObservable(result).toBe('--(x|)', {
      x: '{"error":"mqtt is stopped","code":503}',
    });
  }),
);

test(
  'says what could not be delivered',
  marbles((drawing) => {
    const { result, logged } = scene(drawing, '----v-u', (_n, options, link) =>
      upAfter3(drawing, 'q', options, { ...link, publish: () => throwError(() => new Error('no')) }),
    );
    drawing.expectObservable(result, '9ms !').toBe('---q', { q: 'attributeRequest' });
    drawing.flush();
    expect(logged).toEqual([
      { what: 'attributeValues', device: 'd', why: 'no' },
      { what: 'attributeUpdate', why: 'no' },
    ]);
  }),
);
