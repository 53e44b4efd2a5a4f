import { Subject, auditTime, filter, identity, map, merge, pipe, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { filterFile } from '../config/filter-file.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import { reportStrategies } from '../config/report-strategies.js';
import type { Context, Operator, Sink } from '../model/component.js';
import type { Fact } from '../model/fact.js';
import { admitsDevice } from '../operators/admits-device.js';
import type { AdmitsDevice } from '../operators/admits-device.js';
import { filterDevices } from '../operators/filter-devices.js';
import { hearRefusals } from '../operators/hear-refusals.js';
import { inactivity } from '../operators/inactivity.js';
import type { InactivityOptions } from '../operators/inactivity.js';
import { report } from '../operators/report.js';
import type { Forget } from '../operators/report.js';
import { unreported } from '../operators/unreported.js';
import { deletedDevices } from '../sinks/thingsboard/deleted-devices.js';

/** What the configuration says of devices and values, as steps of a pipeline. */
export interface Policy {
  /** Whom the device filter lets pass. */
  readonly admits: AdmitsDevice;
  /** Between the connectors and the storage: which devices may pass, which are silent, which of their values are reported. */
  readonly before: (connected: InactivityOptions['connected']) => Operator;
  /** Between the storage and the sink. */
  readonly after: Operator;
  /** Around the sink, to hear what comes back. */
  readonly around: (sink: Sink) => Sink;
  /** For whoever removes connectors or configures them anew while they run. */
  readonly forget: (what: Forget) => void;
}

interface Surroundings {
  readonly context: (name: string) => Context;
  readonly folder: string;
  readonly facts: Observable<Fact>;
}

/** At most so often in ms is everything doubted because something was dropped: an overload must not report all values all the time. */
const DOUBT = 10_000;

/** The storage dropped something, and does not say of which device. A refusal says it. */
const isDrop = (fact: Fact): boolean =>
  fact.kind === 'count' && fact.counter.startsWith('dropped.') && fact.counter !== 'dropped.refused';

/**
 * Makes the steps that a configuration asks for. What it does not ask for costs nothing: it is `identity`. Throws `ConfigInvalid` if the file
 * of the device filter cannot be used.
 */
export const policy = (
  { thingsboard, connectors }: GatewayConfig,
  { context, folder, facts }: Surroundings,
): Policy => {
  const { deviceFiltering: filtering, checkingDeviceActivity: activity, reportStrategy: gateway } = thingsboard;
  const forget = new Subject<Forget>();
  const { log, fact } = context('filter');
  const isFiltering = filtering?.enable === true;
  const admits: AdmitsDevice = isFiltering ? admitsDevice(filterFile(filtering.filterFile, folder), log) : () => true;
  const filtered = isFiltering ? filterDevices(admits, fact) : identity;
  const watched = (connected: InactivityOptions['connected'] = []): Operator =>
    activity?.checkDeviceInactivity
      ? inactivity({
          timeout: activity.inactivityTimeoutSeconds * 1_000,
          period: activity.inactivityCheckPeriodSeconds * 1_000,
          connected,
          log: context('inactivity').log,
        })
      : identity;

  const said = reportStrategies(connectors, folder);
  const isOff = gateway?.type === 'DISABLED';
  const asks = said.any || (gateway !== undefined && gateway.type !== 'ON_RECEIVED');
  if (isOff || !asks) {
    const stripped = said.any ? unreported : identity;
    return {
      admits,
      before: (connected) => pipe(filtered, watched(connected), stripped),
      after: identity,
      around: identity,
      forget: () => undefined,
    };
  }

  const dropped = facts.pipe(
    filter(isDrop),
    auditTime(DOUBT),
    map((): Forget => ({ lost: true })),
  );
  const reported = report({
    ...context('report'),
    gateway,
    connector: (name) => said.connectors.get(name),
    forget: merge(forget, dropped),
  });
  return {
    admits,
    before: (connected) => pipe(filtered, watched(connected), reported),
    after: hearRefusals((message) => {
      if (message.kind === 'data') forget.next({ device: message.device, lost: true });
    }),
    around: (sink) => (messages) =>
      sink(messages).pipe(tap((command) => deletedDevices(command).forEach((device) => forget.next({ device })))),
    forget: (what) => forget.next(what),
  };
};
