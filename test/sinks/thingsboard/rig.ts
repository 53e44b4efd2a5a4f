import { Subject } from 'rxjs';
import type { Subscription } from 'rxjs';
import { afterEach, expect } from 'vitest';
import type { Command } from '../../../src/model/command.js';
import type { Context } from '../../../src/model/component.js';
import { decode } from '../../../src/model/decode.js';
import { envelope } from '../../../src/model/envelope.js';
import type { Envelope, Nack } from '../../../src/model/envelope.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Data, Message } from '../../../src/model/message.js';
import { thingsBoardCodec } from '../../../src/sinks/thingsboard/config.js';
import type { ThingsBoardConfig } from '../../../src/sinks/thingsboard/config.js';
import { thingsboard } from '../../../src/sinks/thingsboard/thingsboard.js';
import { hurried } from '../../hurried.js';
import { startPlatform } from '../../peers/platform.js';
import type { PlatformOptions } from '../../peers/platform/contract.js';

export const configOf = (extra: Readonly<Record<string, unknown>> = {}): ThingsBoardConfig => {
  const unlimited = Object.fromEntries(
    ['rateLimits', 'messagesRateLimits', 'deviceRateLimits', 'deviceMessagesRateLimits'].map((key) => [key, '0:0']),
  );
  const { value, problems } = decode(thingsBoardCodec, {
    host: '127.0.0.1',
    security: { accessToken: 'TOKEN' },
    ...unlimited,
    ...extra,
  });
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
};

export const data = (device: string, ts: number, values: Data['telemetry'][number]['values'] = { t: ts }): Data => ({
  kind: 'data',
  device,
  profile: 'meter',
  telemetry: [{ ts, values }],
  attributes: {},
});

/** How each message's journey ended so far. */
export interface Tally {
  acked: Message[];
  nacked: { message: Message; why: Nack }[];
}

export const tracked =
  (tally: Tally) =>
  (message: Message): Envelope<Message> =>
    envelope(
      message,
      () => void tally.acked.push(message),
      (why) => void tally.nacked.push({ message, why }),
    );

/** A context that keeps what was said. */
export const contextOf = (facts: Fact[], folder = '.'): Context => {
  const quiet = (): void => undefined;
  return {
    name: 'thingsboard',
    folder,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    fact: (fact) => void facts.push(fact),
  };
};

/** The sink against a real endpoint. Reconnects after 20 ms unless the test says otherwise. `pace`: how many times faster the sink's time passes. */
export const rig = async (
  { pace = 1, ...options }: PlatformOptions & { readonly pace?: number } = {},
  config: Readonly<Record<string, unknown>> = {},
  backoff: (attempt: number, error: unknown) => number = () => 20,
) => {
  const platform = await startPlatform(options);
  const facts: Fact[] = [];
  const tally: Tally = { acked: [], nacked: [] };
  const commands: Command[] = [];
  const messages = new Subject<Envelope<Message>>();
  const wrap = tracked(tally);
  const state = { completed: false, error: undefined as unknown };
  const sink = thingsboard(configOf({ port: platform.port, ...config }), contextOf(facts), {
    backoff,
    ...(pace === 1 ? {} : { scheduler: hurried(pace) }),
  });
  const subscription: Subscription = sink(messages).subscribe({
    next: (command) => commands.push(command),
    error: (error: unknown) => (state.error = error),
    complete: () => (state.completed = true),
  });
  return {
    platform,
    facts,
    ...tally,
    commands,
    state,
    alerts: () => facts.flatMap((fact) => (fact.kind === 'alert' ? [fact.code] : [])),
    counted: (counter: string) =>
      facts.reduce((sum, fact) => sum + (fact.kind === 'count' && fact.counter === counter ? fact.n : 0), 0),
    send: (...all: Message[]) => all.forEach((message) => messages.next(wrap(message))),
    end: () => messages.complete(),
    stop: async () => {
      subscription.unsubscribe();
      await platform.close();
    },
  };
};

export type Rig = Awaited<ReturnType<typeof rig>>;

/** For a whole test file: what makes a rig is returned, and after each test its rigs are stopped. None may have failed, and `check` holds of each. */
export const rigs = (check: (made: Rig) => void = () => undefined): typeof rig => {
  const open: Rig[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) {
      await each.stop();
      expect(each.state.error).toBeUndefined();
      check(each);
    }
  });
  return async (...how) => {
    const made = await rig(...how);
    open.push(made);
    return made;
  };
};
