import { asyncScheduler, defer, EMPTY, identity, merge } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { GatewayConfig } from '../config/gateway-config.js';
import { reservedNames } from '../config/reserved-names.js';
import { statisticsCommands } from '../config/statistics-commands.js';
import type { Context, Source } from '../model/component.js';
import { FatalError } from '../model/errors.js';
import { customStatistics } from '../sources/gateway/custom-statistics.js';
import { figures } from '../sources/gateway/figures.js';
import { health } from '../sources/gateway/health.js';
import { humanSize } from '../sources/gateway/human-size.js';
import { readMachine } from '../sources/gateway/read-machine.js';
import { statistics } from '../sources/gateway/statistics.js';
import type { Statistics } from '../sources/gateway/statistics.js';
import { traffic } from '../sources/gateway/traffic.js';
import type { Traffic } from '../sources/gateway/traffic.js';

/** What the gateway says of itself, and where it looks to know it. */
export interface OwnReports extends Omit<Traffic, 'totals'> {
  /** Absent if the configuration wants to hear nothing. */
  readonly source?: Source;
}

interface Surroundings extends Pick<Statistics, 'sums' | 'devices'> {
  readonly context: Context;
  readonly scheduler?: SchedulerLike;
}

const silent: OwnReports = {
  arriving: identity,
  leaving: identity,
  around: identity,
  hear: () => undefined,
  meter: () => undefined,
};

/** A mistake in that file costs the values of its commands, and nothing else. */
const commandsOf = (file: string, { name: who, folder, log, fact }: Context) => {
  try {
    return statisticsCommands(file, folder);
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    log.error('the commands of the statistics cannot be used', { why: error.message });
    fact({ kind: 'alert', who, code: error.code, text: error.message });
    return [];
  }
};

/**
 * Makes the reports that the `statistics` section asks for: figures once a period, states and alerts when they change, and the results of commands
 * of the user's if those are switched on. What it does not ask for costs nothing.
 */
export const ownReports = (
  { enable, enableCustom, configuration, ...periods }: GatewayConfig['thingsboard']['statistics'],
  { sums, devices, context, scheduler = asyncScheduler }: Surroundings,
): OwnReports => {
  if (!enable) return silent;
  const { fact, log } = context;
  const { totals, hear, ...steps } = traffic(reservedNames);
  const { memory, disk, cpus } = readMachine();
  const first = {
    totalMemory: humanSize(memory),
    totalDisk: humanSize(disk),
    cpuCount: cpus,
    // Whatever an earlier run left there.
    thingsboard_ALERT: '',
    storage_ALERT: '',
  };
  const state = health({ apart: reservedNames, first, scheduler });
  const numbers = statistics({
    sums,
    devices,
    period: periods.statsSendPeriodInSeconds,
    figures: figures({ totals, machine: readMachine, start: scheduler.now() }),
    fact,
    scheduler,
  });
  // The file is read when the source starts, and everybody listens.
  const custom: Source = (asked) =>
    defer(() => {
      const commands = enableCustom && configuration !== undefined ? commandsOf(configuration, context) : [];
      if (commands.length === 0) return EMPTY;
      return customStatistics({ commands, period: periods.customStatsSendPeriodInSeconds, log, scheduler })(asked);
    });
  return {
    ...steps,
    hear: (it) => {
      hear(it);
      state.hear(it);
    },
    source: (asked) => merge(numbers(asked), state.source(asked), custom(asked)),
  };
};
