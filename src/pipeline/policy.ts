import { BehaviorSubject, Subject, auditTime, filter, identity, map, merge, pipe, tap } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import type { ConnectorEntry } from '../config/connector-entry.js';
import { filterFile } from '../config/filter-file.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import { reportStrategies } from '../config/report-strategies.js';
import type { Context, Operator, Sink } from '../model/component.js';
import type { Fact } from '../model/fact.js';
import { admitsDevice } from '../operators/admits-device.js';
import type { AdmitsDevice } from '../operators/admits-device.js';
import { engage } from '../operators/engage.js';
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
  /** This connector is configured anew while it runs: what its file says of report strategies holds from now on. */
  readonly learn: (connector: ConnectorEntry) => void;
}

interface Surroundings {
  readonly context: (name: string) => Context;
  readonly folder: string;
  readonly facts: Observable<Fact>;
  /** Whether connectors may be configured anew while they run. Default: they are not. */
  readonly mayChange?: boolean;
}

/** At most so often in ms is everything doubted because something was dropped: an overload must not report all values all the time. */
const DOUBT = 10_000;

/** The storage dropped something, and does not say of which device. A refusal says it. */
const isDrop = (fact: Fact): boolean =>
  fact.kind === 'count' && fact.counter.startsWith('dropped.') && fact.counter !== 'dropped.refused';

/**
 * Makes the steps that a configuration asks for. What it does not ask for costs nothing: it is `identity`, or where connectors may change it is passed by. Throws `ConfigInvalid` if the file
 * of the device filter cannot be used.
 */
export const policy = (
  { thingsboard, connectors }: GatewayConfig,
  { context, folder, facts, mayChange = false }: Surroundings,
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
  const strategies = new Map(said.connectors);
  const isOff = gateway?.type === 'DISABLED';
  const asks = said.any || (!isOff && gateway !== undefined && gateway.type !== 'ON_RECEIVED');
  const asked = new BehaviorSubject(asks);
  const wanted = asked.pipe(filter(Boolean));
  const ifAsked = <A>(step: MonoTypeOperatorFunction<A>): MonoTypeOperatorFunction<A> =>
    asks ? step : mayChange ? engage(wanted, step) : identity;
  const learn = (entry: ConnectorEntry): void => {
    const { connectors: of, any } = reportStrategies([entry], folder);
    const strategy = of.get(entry.name);
    if (strategy === undefined) strategies.delete(entry.name);
    else strategies.set(entry.name, strategy);
    if (any) asked.next(true);
  };
  const always = { admits, learn, forget: (what: Forget) => forget.next(what) };
  if (isOff)
    return {
      ...always,
      before: (connected) => pipe(filtered, watched(connected), ifAsked(unreported)),
      after: identity,
      around: identity,
    };

  const dropped = facts.pipe(
    filter(isDrop),
    auditTime(DOUBT),
    map((): Forget => ({ lost: true })),
  );
  const reported = report({
    ...context('report'),
    gateway,
    connector: (name) => strategies.get(name),
    forget: merge(forget, dropped),
  });
  return {
    ...always,
    before: (connected) => pipe(filtered, watched(connected), ifAsked(reported)),
    after: ifAsked(
      hearRefusals((message) => {
        if (message.kind === 'data') forget.next({ device: message.device, lost: true });
      }),
    ),
    around:
      asks || mayChange
        ? (sink) => (messages) =>
            sink(messages).pipe(tap((command) => deletedDevices(command).forEach((device) => forget.next({ device }))))
        : identity,
  };
};
