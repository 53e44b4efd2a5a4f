import { Subject } from 'rxjs';
import { decode } from '../../../src/model/decode.js';
import type { Envelope } from '../../../src/model/envelope.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Message } from '../../../src/model/message.js';
import type { Command } from '../../../src/model/command.js';
import { client } from '../../../src/sources/mqtt/client.js';
import { mqttConfig } from '../../../src/sources/mqtt/config.js';
import { intake } from '../../../src/sources/mqtt/intake.js';
import { uplink } from '../../../src/sources/mqtt/uplink.js';
import { undone, until } from './listen.js';

export interface Running {
  readonly broker: object;
  /** Each is a mapping. Default: sensors/+ */
  readonly filters?: readonly string[];
  readonly folder?: string;
  /** A text with placeholders that gives the device's name. Default: the last level of the topic. */
  readonly name?: string;
  /** Acknowledges only what the test acknowledges. */
  readonly holding?: boolean;
  /** The section of that name. */
  readonly requestsMapping?: object;
  /** With the source's own backoff. */
  readonly patient?: boolean;
}

const mapping = (topicFilter: string, name: string | undefined) => ({
  topicFilter,
  converter: {
    type: 'json',
    deviceInfo: {
      deviceNameExpressionSource: name === undefined ? 'topic' : 'message',
      deviceNameExpression: name ?? '([^/]+)$',
      deviceProfileExpressionSource: 'constant',
      deviceProfileExpression: 'default',
    },
    timeseries: [{ key: 'v', type: 'string', value: '${v}' }],
  },
});

/** The whole MQTT source against a broker. It acknowledges what comes, and tries again after 20 ms. */
export const running = ({
  broker,
  filters = ['sensors/+'],
  folder = '.',
  name,
  holding = false,
  requestsMapping = {},
  patient = false,
}: Running) => {
  const { value: config, problems } = decode(mqttConfig, {
    broker: { host: 'localhost', security: { type: 'anonymous' }, ...broker },
    mapping: filters.map((filter) => mapping(filter, name)),
    requestsMapping,
  });
  if (config === undefined) throw new Error(JSON.stringify(problems));
  const seen = {
    messages: [] as Message[],
    held: [] as (() => void)[],
    facts: [] as Fact[],
    logged: [] as (readonly [string, Readonly<Record<string, unknown>>])[],
    completed: false,
  };
  const note = (text: string, details: Readonly<Record<string, unknown>> = {}): void =>
    void seen.logged.push([text, details]);
  const context = {
    name: 'mqtt',
    folder,
    fact: (fact: Fact) => void seen.facts.push(fact),
    log: { debug: note, info: note, warn: note, error: note },
  };
  const commands = new Subject<Command>();
  const source = intake({
    connect: client,
    uplink: (decoded, onFailure, onNothing) => uplink(decoded, onFailure, new Map(), onNothing),
  })(config, context, patient ? {} : { backoff: () => 20 });
  const subscription = source(commands).subscribe({
    next: ({ value, ack }: Envelope<Message>) => {
      seen.messages.push(value);
      if (holding) seen.held.push(ack);
      else ack();
    },
    complete: () => (seen.completed = true),
  });
  undone(subscription, (open) => open.unsubscribe());
  const phases = (): readonly string[] => seen.facts.flatMap((fact) => (fact.kind === 'state' ? [fact.phase] : []));
  const times = (phase: string): number => phases().filter((each) => each === phase).length;
  return Object.assign(seen, {
    commands,
    phases,
    /** Every value that came. */
    values: (): readonly unknown[] =>
      seen.messages.flatMap((message) =>
        message.kind === 'data' ? message.telemetry.map(({ values }) => values.v) : [],
      ),
    whys: (): readonly string[] =>
      seen.facts.flatMap((fact) => (fact.kind === 'state' && fact.why !== undefined ? [fact.why] : [])),
    connected: (n = 1) => until(`it is connected ${n} times`, () => times('connected') >= n),
    reconnecting: (n = 1) => until(`it tries again ${n} times`, () => times('reconnecting') >= n),
    refused: () => until('it is refused', () => times('refused') > 0),
    stop: () => commands.complete(),
  });
};
