import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { EMPTY, NEVER, Subject, VirtualTimeScheduler, identity, ignoreElements, merge, of, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Command } from '../../src/model/command.js';
import type { Context, Source } from '../../src/model/component.js';
import { decode } from '../../src/model/decode.js';
import type { Envelope } from '../../src/model/envelope.js';
import { FatalError } from '../../src/model/errors.js';
import { GATEWAY_DEVICE } from '../../src/model/message.js';
import type { Json, Message, Reply } from '../../src/model/message.js';
import { enclose } from '../../src/operators/enclose.js';
import { deviceChanges } from '../../src/operators/device-changes.js';
import { renameDevices } from '../../src/operators/rename-devices.js';
import { roster } from '../../src/operators/roster.js';
import { serve } from '../../src/operators/serve.js';
import { pipeline } from '../../src/pipeline.js';
import { allowance } from '../../src/sinks/thingsboard/allowance.js';
import { answers } from '../../src/sinks/thingsboard/answers.js';
import { commands } from '../../src/sinks/thingsboard/commands.js';
import { deletedDevices } from '../../src/sinks/thingsboard/deleted-devices.js';
import { askLimits } from '../../src/sinks/thingsboard/limits.js';
import { LinkLost } from '../../src/sinks/thingsboard/link-lost.js';
import { provision } from '../../src/sinks/thingsboard/provision.js';
import type { Downlink, Session } from '../../src/sinks/thingsboard/session.js';
import { topics } from '../../src/sinks/thingsboard/topics.js';
import { requests } from '../../src/sources/gateway/requests.js';
import { attributeAnswers } from '../../src/sources/mqtt/commands/attribute-answers.js';
import { mqttConfig } from '../../src/sources/mqtt/config.js';
import { downlink } from '../../src/sources/mqtt/downlink.js';
import type { Publication } from '../../src/sources/mqtt/connection/publication.js';
import { configOf } from '../sinks/thingsboard/rig.js';
import { nastyJson, nastyPayload } from './nasty-json.js';
import { patience, runs } from './runs.js';

const nobody = (): void => undefined;
const silent = { debug: nobody, info: nobody, warn: nobody, error: nobody };
const context = (name: string): Context => ({ name, folder: '.', log: silent, fact: nobody });

const anything = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: text }, nastyJson);
const oneOf = (...texts: readonly string[]): fc.Arbitrary<string> =>
  anything(fc.constantFrom(...texts).map((text) => JSON.stringify(text)));
/** An object of the right form, each member of which may be anything else. */
const members = (of: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> =>
  anything(
    fc.record(of, { requiredKeys: [] }).map(
      (found) =>
        `{${Object.entries(found)
          .map(([key, value]) => `${JSON.stringify(key)}:${value}`)
          .join(',')}}`,
    ),
  );

const device = oneOf('d', 'e', '__proto__', GATEWAY_DEVICE, 'nobody');
const method = oneOf(
  'set',
  'get',
  'mqtt_set',
  'mqtt_x',
  'gateway_ping',
  'gateway_device_renamed',
  'gateway_device_deleted',
  'gateway_stats',
  'gateway_devices',
  'open',
);
const rule = oneOf('requestTopicExpression=t/${params};value=${x}', 'a=b;;=;=c', 'requestTopicExpression=#;value=1');
const params = fc.oneof(
  rule,
  nastyJson,
  members({
    d: device,
    requestTopicExpression: oneOf('a/${params.x}', '+'),
    valueExpression: oneOf('${params}'),
    responseTimeout: nastyJson,
    responseTopicExpression: oneOf('r'),
  }),
);
const call = { id: anything(fc.nat(5).map(String)), method, params };
const shaped = fc.oneof(
  members({ device, data: members(call) }),
  members(call),
  members({ device, data: nastyJson }),
  members({
    id: anything(fc.nat(5).map(String)),
    device,
    value: nastyJson,
    values: nastyJson,
    client: nastyJson,
    shared: nastyJson,
    deleted: nastyJson,
  }),
);

const topic = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      topics.rpc,
      topics.attributes,
      topics.attributesResponse,
      topics.ownAttributes,
      topics.disconnect,
      topics.connect,
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom(topics.ownAttributesResponse, topics.ownRpcRequest, topics.ownRpcResponse),
        fc.constantFrom('1', '2', '', '-1', '1e3', '999999999999999', '9999999999999999', 'x/1'),
      )
      .map((parts) => parts.join('')),
  },
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const payload = fc.oneof(
  { weight: 3, arbitrary: shaped },
  { weight: 1, arbitrary: nastyPayload.map((bytes) => bytes.toString('utf8')) },
);
const message: fc.Arbitrary<Downlink> = fc.record({ topic, payload });

const file = {
  broker: { host: 'h', security: { type: 'anonymous' } },
  requestsMapping: {
    attributeUpdates: [
      {
        deviceNameFilter: '.*',
        attributeFilter: '.*',
        topicExpression: 'up/${deviceName}/${attributeKey}',
        valueExpression: '${attributeValue}',
      },
    ],
    serverSideRpc: [
      {
        deviceNameFilter: 'd',
        methodFilter: 'open',
        requestTopicExpression: 'to/${deviceName}/${requestId}',
        valueExpression: '${params}',
      },
      {
        deviceNameFilter: '.*',
        methodFilter: '.*',
        requestTopicExpression: '${params.a}/${methodName}',
        valueExpression: '${params.a}',
        responseTopicExpression: 'r/${params}',
        responseTimeout: 100,
      },
    ],
  },
};

/** The whole way back as the daemon has it: parser, renaming, routing, the gateway's own requests, and an MQTT connector without a wire. */
const wayBack = () => {
  const messages = new Subject<Downlink>();
  const session = { messages } as unknown as Session;
  const published: Publication[] = [];
  const replies: Reply[] = [];
  const state = { ended: false, error: undefined as unknown };
  const { value: mqtt } = decode(mqttConfig, file);
  const link = {
    publish: (publication: Publication): Observable<never> => {
      published.push(publication);
      return EMPTY;
    },
    call: () => of(Buffer.from('{"done":true}')),
  };
  const handle = downlink(mqtt!, { answers: attributeAnswers(), onFailure: nobody });
  const devices: Source = (down) => serve(down, merge(of(link), NEVER), handle, { name: 'Devices' }).pipe(enclose());
  const owners = roster(['d', 'e', '__proto__'].map((name) => ({ device: name, connector: 'Devices' })));
  const own = requests({
    roster: owners,
    sums: NEVER,
    version: '1',
    restarting: { check: EMPTY, begin: EMPTY },
    forgetCredentials: () => false,
    scheduler: new VirtualTimeScheduler(),
  });
  const asked = answers();
  const sink = (all: Observable<Envelope<Message>>): Observable<Command> =>
    merge(
      all.pipe(
        tap(({ value, ack }) => {
          if (value.kind === 'reply') replies.push(value);
          ack();
        }),
        ignoreElements(),
      ),
      commands(session, asked, context('thingsboard')).pipe(
        tap((command) => [deviceChanges(command), deletedDevices(command)]),
      ),
    );
  const subscription = pipeline({
    sources: { Devices: devices, [GATEWAY_DEVICE]: own },
    through: identity,
    sink: renameDevices()(sink),
    roster: owners,
    types: new Map([['Devices', 'mqtt']]),
    own: GATEWAY_DEVICE,
  }).subscribe({ error: (error: unknown) => (state.error = error), complete: () => (state.ended = true) });
  return { messages, published, replies, asked, state, stop: () => subscription.unsubscribe() };
};

const calling = (id: number, name: string): Downlink => ({
  topic: topics.rpc,
  payload: JSON.stringify({ device: name, data: { id, method: 'open', params: { done: id } } }),
});

describe('whatever the platform sends', () => {
  test(
    'as commands: the stream goes on, and the next good command reaches its device and is answered',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 6 }), async (all) => {
          const back = wayBack();
          for (let id = 0; id < 6; id += 1) back.asked.ask({ device: 'd', id, scope: 'shared' });
          for (const each of all) back.messages.next(each);
          // The gateway's own requests wait for a turn.
          await new Promise((resolve) => setImmediate(resolve));
          back.published.length = 0;
          // A device of which no message has spoken: the platform may have renamed or deleted any other.
          back.messages.next({ topic: `${topics.ownRpcRequest}77`, payload: '{"method":"gateway_ping"}' });
          back.messages.next(calling(987_654, 'd'));
          await new Promise((resolve) => setImmediate(resolve));
          expect(back.state).toEqual({ ended: false, error: undefined });
          expect(back.replies).toContainEqual(
            expect.objectContaining({ id: 77, content: { code: 200, resp: 'pong' } }),
          );
          const mine = back.replies.filter(({ id }) => id === 987_654);
          expect(mine).toHaveLength(1);
          if ((mine[0]!.content as { readonly code?: Json }).code !== 404)
            expect(back.published).toContainEqual({
              topic: 'to/d/987654',
              payload: '{"done":987654}',
              retain: false,
              qos: 0,
            });
          // All of it can be written.
          expect(() => JSON.stringify(back.replies)).not.toThrow();
          back.stop();
        }),
        runs(100),
      );
    },
    patience,
  );

  const rates = fc.oneof(
    fc
      .array(
        fc.tuple(
          fc.oneof(fc.nat(), fc.constantFrom('9'.repeat(400), '00', '-1')),
          fc.oneof(fc.nat(100), fc.constant('9'.repeat(400))),
        ),
        { maxLength: 4 },
      )
      .map((list) => JSON.stringify(list.map((pair) => pair.join(':')).join(','))),
    fc.constantFrom(10, 17, 1_000, 200_000).map((n) => JSON.stringify('1:1,'.repeat(n))),
    nastyJson,
  );
  const set = members({ messages: rates, telemetryMessages: rates, telemetryDataPoints: rates });
  const limits = fc.oneof(
    {
      weight: 4,
      arbitrary: members({
        maxPayloadSize: anything(fc.constantFrom('0', '-1', '1e-9', '1', '65536', '1e300', '"10"')),
        rateLimits: set,
        gatewayRateLimits: set,
      }),
    },
    { weight: 1, arbitrary: nastyPayload.map((bytes) => bytes.toString('utf8')) },
  );

  test(
    'as session limits: the session goes on, and what may be sent stays a number',
    () => {
      fc.assert(
        fc.property(limits, (text) => {
          const messages = new Subject<Downlink>();
          const failures: unknown[] = [];
          const session = {
            messages,
            publish: () => NEVER,
            vouch: nobody,
            fail: (why: unknown) => failures.push(why),
            maximumPacketSize: undefined,
          } as unknown as Session;
          const allowed = allowance(configOf(), new VirtualTimeScheduler());
          const state = { ended: false, error: undefined as unknown };
          const subscription = askLimits(session, allowed).subscribe({
            error: (error: unknown) => (state.error = error),
            complete: () => (state.ended = true),
          });
          messages.next({ topic: `${topics.ownRpcResponse}1`, payload: text });
          expect(state).toEqual({ ended: false, error: undefined });
          for (const failure of failures) expect(failure).toBeInstanceOf(LinkLost);
          const { bytes, points } = allowed.pack();
          expect(bytes).toBeGreaterThanOrEqual(1);
          expect(points).toBeGreaterThanOrEqual(1);
          // Nothing was sent yet: whatever the limits are, the first message goes.
          let went = 0;
          allowed.devices.take({ telemetry: 1, points: 1 }, 'data').subscribe(() => (went += 1));
          expect(went).toBe(1);
          expect(allowed.devices.spans().every((ms) => ms >= 0)).toBe(true);
          subscription.unsubscribe();
        }),
        runs(100),
      );
    },
    patience,
  );
});

describe('whatever the platform answers to a request for credentials', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const value = fc.oneof(
    oneOf('tok', ''),
    members({ clientId: oneOf('c'), userName: oneOf('u'), password: oneOf('p') }),
  );
  const answer = fc.oneof(
    {
      weight: 4,
      arbitrary: members({
        status: oneOf('SUCCESS', 'FAILURE', 'NOT_FOUND'),
        errorMsg: nastyJson,
        credentialsType: oneOf('ACCESS_TOKEN', 'MQTT_BASIC', 'X509_CERTIFICATE'),
        credentialsValue: value,
        cert: oneOf('../../x'),
        privateKey: oneOf('/etc/x'),
      }),
    },
    { weight: 1, arbitrary: nastyPayload.map((bytes) => bytes.toString('utf8')) },
  );

  test(
    'it is credentials or one of the errors that links know, and the next good answer is taken',
    () => {
      const config = configOf({
        security: null,
        provisioning: { provisionDeviceKey: 'k', provisionDeviceSecret: 's' },
      });
      fc.assert(
        fc.property(answer, (text) => {
          rmSync(join(folder, '.credentials'), { force: true });
          let reply = text;
          const wanted = provision(config, { folder, log: silent }, { ask: () => of(reply) });
          const once = () => {
            const result = { value: undefined as unknown, error: undefined as unknown };
            wanted().subscribe({
              next: (got) => (result.value = got),
              error: (error: unknown) => (result.error = error),
            });
            return result;
          };
          const first = once();
          if (first.error !== undefined) {
            expect(first.error instanceof LinkLost || first.error instanceof FatalError).toBe(true);
            reply = '{"status":"SUCCESS","credentialsType":"ACCESS_TOKEN","credentialsValue":"good"}';
            expect(once()).toEqual({ value: { type: 'accessToken', accessToken: 'good' }, error: undefined });
          } else {
            // What was taken is what the next start finds.
            const again = provision(config, { folder, log: silent }, { ask: () => NEVER });
            let found: unknown;
            again().subscribe((got) => (found = got));
            expect(found).toEqual(first.value);
            const { cert = join(folder, 'x'), privateKey = join(folder, 'x') } = first.value as Record<string, string>;
            for (const path of [cert, privateKey]) expect(join(path, '..')).toBe(folder);
          }
        }),
        {
          ...runs(150),
          examples: [
            ['['.repeat(20_000) + ']'.repeat(20_000)],
            [
              `{"status":"SUCCESS","credentialsType":"ACCESS_TOKEN","credentialsValue":"t","more":${'['.repeat(3_000)}${']'.repeat(3_000)}}`,
            ],
            [`{"status":"SUCCESS","credentialsType":"ACCESS_TOKEN","credentialsValue":"${'t'.repeat(70_000)}"}`],
          ],
        },
      );
    },
    patience,
  );
});
