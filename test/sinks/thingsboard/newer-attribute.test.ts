import { EMPTY, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { envelope } from '../../../src/model/envelope.js';
import type { Envelope } from '../../../src/model/envelope.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Data, Kept } from '../../../src/model/message.js';
import { buffer } from '../../../src/operators/buffer/buffer.js';
import { memoryStore } from '../../../src/operators/buffer/memory-store.js';
import { thingsboard } from '../../../src/sinks/thingsboard/thingsboard.js';
import { startPlatform } from '../../peers/platform.js';
import { hurried } from '../../hurried.js';
import { until } from '../../until.js';
import { configOf, contextOf, data } from './rig.js';

/** How much faster than a clock it goes. */
const PACE = 5;

test('behind a buffer, an attribute whose device was deferred lands before a newer one, though its message has unanswered telemetry', async () => {
  const scheduler = hurried(PACE);
  let broken = true;
  const attributes = 'v1/gateway/attributes';
  const platform = await startPlatform({
    respond: ({ topic }) => {
      if (topic === attributes) return broken ? { reason: 128 } : undefined;
      return topic === 'v1/gateway/telemetry' && broken ? { delayMs: 4_000 / PACE } : undefined;
    },
  });
  const facts: Fact[] = [];
  const context = contextOf(facts);
  const messages = new Subject<Envelope<Kept>>();
  const nothing = (): void => undefined;
  const queue = buffer(memoryStore(), {
    limits: { records: 100, bytes: 1e6, atCapacity: 'block' },
    deadLetters: () => EMPTY,
    deferFor: () => 1_500,
    scheduler,
    ...context,
  });
  const running = messages
    .pipe(queue, thingsboard(configOf({ port: platform.port }), context, { backoff: () => 20, scheduler }))
    .subscribe();
  const send = (message: Data): void => messages.next(envelope(message, nothing, nothing));
  const taken = (): number => platform.log.filter(({ topic, outcome }) => topic === attributes && outcome === 0).length;

  send({ ...data('A', 1), attributes: { x: 1 } });
  await until(() => facts.some((fact) => fact.kind === 'alert' && fact.code === 'DEVICE_DEFERRED'));
  broken = false;
  send({ ...data('A', 2), attributes: { x: 2 } });
  await until(() => taken() === 2);
  expect(platform.devices.get('A')?.attributes.get('x')).toBe(2);
  running.unsubscribe();
  await platform.close();
});
