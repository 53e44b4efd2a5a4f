import { Subject, VirtualTimeScheduler } from 'rxjs';
import type { Command } from '../../../src/model/command.js';
import type { Exchanged } from '../../../src/model/component.js';
import type { Envelope } from '../../../src/model/envelope.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Json, Message } from '../../../src/model/message.js';
import type { Loaded } from '../../../src/sources/modbus/extensions/converters-of.js';
import { intake } from '../../../src/sources/modbus/intake.js';
import { fakeSlaves } from './fake-slaves.js';
import type { FakeUnit } from './fake-slaves.js';
import { slaveWith } from './slave-with.js';

export interface Rig {
  readonly slaves: readonly object[];
  /** By unit. Default: each answers after a millisecond. */
  readonly units?: Record<number, FakeUnit>;
  /** Acknowledges nothing by itself. */
  readonly holding?: boolean;
  readonly most?: number;
  /** The user's own converters. */
  readonly loaded?: Loaded;
  /** Names of endpoints that nobody serves. */
  readonly unreachable?: readonly string[];
}

/** A slave with `count` registers of telemetry from `from` on, named by their addresses. */
export const polled = (unitId: number, more: object = {}, addresses: readonly number[] = [0]): object => ({
  unitId,
  deviceName: `D${unitId}`,
  pollPeriod: 100,
  timeout: 1,
  retries: 0,
  timeseries: addresses.map((address) => ({ tag: `r${address}`, type: '16uint', functionCode: 3, address })),
  ...more,
});

/** The whole source on slaves in virtual time. */
export const rig = ({ slaves, units = {}, holding = false, most, unreachable = [], loaded }: Rig) => {
  const scheduler = new VirtualTimeScheduler(undefined, 0);
  const decoded = slaves.map((one) => slaveWith(one));
  for (const { unitId } of decoded) units[unitId] ??= {};
  const peers = fakeSlaves(scheduler, units);
  unreachable.forEach((endpoint) => peers.unreachable.add(endpoint));
  const seen = {
    messages: [] as { readonly at: number; readonly value: Message }[],
    held: [] as Envelope<Message>[],
    facts: [] as Fact[],
    logged: [] as (readonly [string, Readonly<Record<string, unknown>>])[],
    completed: false,
  };
  const note = (text: string, details: Readonly<Record<string, unknown>> = {}): void =>
    void seen.logged.push([text, details]);
  let exchanged: (() => Exchanged) | undefined;
  const commands = new Subject<Command>();
  const source = intake(
    { slaves: decoded, connect: peers.connect, most, scheduler, ...(loaded === undefined ? {} : { loaded }) },
    {
      name: 'modbus',
      log: { debug: note, info: note, warn: note, error: note },
      fact: (fact) => void seen.facts.push(fact),
      meter: (read) => (exchanged = read),
    },
  );
  const subscription = source(commands).subscribe({
    next: (item) => {
      seen.messages.push({ at: scheduler.now(), value: item.value });
      if (holding) seen.held.push(item);
      else item.ack();
    },
    complete: () => (seen.completed = true),
  });
  let id = 0;
  return Object.assign(seen, {
    peers,
    commands,
    close: () => subscription.unsubscribe(),
    exchanged: () => exchanged!(),
    advance: (ms: number): void => {
      scheduler.maxFrames += ms;
      scheduler.schedule(() => undefined, scheduler.maxFrames - scheduler.now());
      scheduler.flush();
    },
    at: (ms: number, run: () => void): void => void scheduler.schedule(run, ms),
    call: (device: string | undefined, method: string, params: Json = null): number => {
      id += 1;
      commands.next({ kind: 'rpc', id, method, params, ...(device === undefined ? {} : { device }) });
      return id;
    },
    update: (device: string, values: Readonly<Record<string, Json>>): void =>
      commands.next({ kind: 'attributeUpdate', device, values, deleted: [] }),
    replies: (): readonly Json[] =>
      seen.messages.flatMap(({ value }) => (value.kind === 'reply' ? [value.content] : [])),
    data: (device: string) =>
      seen.messages.flatMap(({ at, value }) =>
        value.kind === 'data' && value.device === device ? [{ at, ...value }] : [],
      ),
    gone: (device: string) =>
      seen.messages.flatMap(({ at, value }) => (value.kind === 'disconnected' && value.device === device ? [at] : [])),
    phases: () => seen.facts.flatMap((fact) => (fact.kind === 'state' ? [fact.phase] : [])),
    counted: (counter: string) =>
      seen.facts.reduce((sum, fact) => (fact.kind === 'count' && fact.counter === counter ? sum + fact.n : sum), 0),
  });
};
