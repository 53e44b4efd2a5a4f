import {
  connect as multicast,
  asyncScheduler,
  defer,
  endWith,
  filter,
  ignoreElements,
  merge,
  of,
  ReplaySubject,
  share,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Command } from '../../model/command.js';
import type { Context, Source } from '../../model/component.js';
import type { Envelope } from '../../model/envelope.js';
import type { Counter, Fact } from '../../model/fact.js';
import type { Message } from '../../model/message.js';
import { enclose } from '../../operators/enclose.js';
import { meter } from '../../operators/meter.js';
import { serve } from '../../operators/serve.js';
import { stamper } from '../../operators/stamp.js';
import { bus } from './bus/bus.js';
import { groups } from './bus/groups.js';
import type { Group } from './bus/groups.js';
import { health } from './bus/health.js';
import type { Line } from './bus/line.js';
import { longWaits } from './bus/long-waits.js';
import { phases } from './bus/phases.js';
import { spareTime } from './bus/spare-time.js';
import type { Unit } from './bus/unit.js';
import { connectorCommands } from './commands/connector-commands.js';
import { deviceCommands } from './commands/device-commands.js';
import { unitFor } from './commands/unit-for.js';
import type { Slave } from './config/slave.js';
import { convertersOf } from './extensions/converters-of.js';
import type { Converters, Loaded } from './extensions/converters-of.js';
import { feed } from './polling/feed.js';
import { pollCounts } from './polling/poll-counts.js';
import { encodeOf } from './values/encode-of.js';
import type { Connect } from './wire/wire.js';

export interface Intake {
  readonly slaves: readonly Slave[];
  readonly connect: Connect;
  /** The user's own converters. Default: there are none. */
  readonly loaded?: Loaded;
  /** `maxReconnectAttempts`. */
  readonly most?: number | undefined;
  readonly scheduler?: SchedulerLike;
}

/** A slave that is polled, and how. */
type Own = Unit & Pick<Converters, 'up'>;

const nothing: Loaded = () => new Error('it was not loaded');

/** A slave that stands alone, as far as its patience goes. */
const alone = (slave: Slave): Unit => ({
  slave,
  health: health({ timeout: slave.timeout * 1_000, spare: undefined, mayWaitLong: () => true }),
  encode: encodeOf(slave),
});

const unitsOf = (
  { endpoint, slaves }: Group,
  now: number,
  of: (slave: Slave) => Omit<Converters, 'unusable'>,
): readonly Own[] => {
  const spare = spareTime(
    slaves.map(({ pollPeriod }) => pollPeriod),
    endpoint.kind === 'serial',
  );
  const mayWaitLong = longWaits(now);
  return slaves.map((slave) => ({
    ...of(slave),
    slave,
    health: health({ timeout: slave.timeout * 1_000, spare, mayWaitLong }),
  }));
};

/**
 * The Modbus source in time: a bus for each connection that the slaves need, their polls and their commands over it.
 *
 * Promises: what happens on one bus costs the others nothing. When `commands` completes, polling ends at once, and the source completes when the last
 * command is answered.
 */
export const intake = (
  { slaves, connect, loaded = nothing, most, scheduler = asyncScheduler }: Intake,
  context: Pick<Context, 'name' | 'log' | 'fact' | 'meter'>,
): Source => {
  const { name: who, log, fact } = context;
  const run = (commands: Observable<Command>): Observable<Envelope<Message>> =>
    defer(() => {
      const stamp = stamper({
        now: () => Math.round(scheduler.now()),
        onCollision: (n) => fact({ kind: 'count', who, counter: 'collided', n }),
      });
      const count = (counter: Counter, n: number): void => fact({ kind: 'count', who, counter, n });
      const exchanged = meter();
      const polls = pollCounts();
      context.meter?.(() => ({ ...exchanged.read(), ...polls.read() }));
      const stop = commands.pipe(
        ignoreElements(),
        endWith(undefined),
        share({ connector: () => new ReplaySubject<unknown>(1), resetOnComplete: false }),
      );
      const lines = new Map<string, Line>();
      const ready = (slave: Slave): Converters => {
        const converters = convertersOf(slave, loaded);
        for (const [key, why] of converters.unusable) {
          const { deviceName: device } = slave;
          log.error('a converter cannot be used', { device, key, why });
          fact({ kind: 'alert', who, code: 'CONFIG_INVALID', text: `${device}: ${key}: ${why}` });
        }
        return converters;
      };
      const parts = groups(slaves).map((group) => ({ group, units: unitsOf(group, scheduler.now(), ready) }));
      const units = parts.flatMap((part) => part.units);
      const facts = phases(
        context,
        parts.map(({ group }) => group.endpoint.name),
      );
      /** Which buses a command is for; none: the connector itself. */
      const isFor = (own: readonly Unit[], command: Command): boolean => {
        if (command.kind === 'rpc') {
          const unit = unitFor(units, command);
          return unit !== undefined && own.includes(unit);
        }
        return own.some(({ slave }) => slave.deviceName === command.device);
      };
      const isStrange = (command: Command): boolean => command.kind === 'rpc' && unitFor(units, command) === undefined;

      const buses = parts.map(({ group, units: own }, i) => {
        const { name } = group.endpoint;
        const feeds = own.flatMap((unit) => {
          const { up } = unit;
          if (up instanceof Error) return [];
          return feed({ unit, up, log, count, stamp: (one) => stamp(one, who), polls, scheduler }) ?? [];
        });
        return bus({
          group,
          units: own,
          feeds,
          connect,
          context: { name: who, log, fact: facts[i] as (fact: Fact) => void },
          commands: commands.pipe(filter((command) => isFor(own, command))),
          stop,
          handle: deviceCommands(own, log, scheduler),
          onLine: (line) => {
            if (line === undefined) lines.delete(name);
            else lines.set(name, line);
          },
          meter: exchanged,
          most,
          scheduler,
        });
      });
      const strange = connectorCommands({
        units,
        lineOf: (name) => lines.get(name),
        strange: alone,
        connect,
        scheduler,
      });
      const rest = serve(commands.pipe(filter(isStrange)), of(strange), (carry, command) => carry(command), {
        name: who,
        scheduler,
      });
      return merge(rest.pipe(enclose()), ...buses);
    });

  // One subscription for all, and each bus listens before anything comes.
  return (commands) => commands.pipe(multicast(run));
};
