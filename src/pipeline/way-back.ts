import { EMPTY, asyncScheduler, catchError, concat, identity, map, of } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { connectedDevices } from '../config/connected-devices.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { Context, Operator, Sink, Source } from '../model/component.js';
import { GATEWAY_DEVICE } from '../model/message.js';
import type { Message } from '../model/message.js';
import type { AdmitsDevice } from '../operators/admits-device.js';
import { renameFile } from '../operators/buffer/rename-file.js';
import { requestJournal } from '../operators/buffer/request-journal.js';
import type { StoragePlan } from '../operators/buffer/storage-plan.js';
import type { Known, Store } from '../operators/buffer/store.js';
import type { Dispatch } from '../operators/dispatch.js';
import { introduce } from '../operators/introduce.js';
import { renameDevices } from '../operators/rename-devices.js';
import { roster } from '../operators/roster.js';
import type { Sums } from '../operators/tally.js';
import { credentialsFile } from '../sinks/thingsboard/credentials-file.js';
import { requests } from '../sources/gateway/requests.js';
import type { Restarting } from '../sources/gateway/restarting.js';

/** What commands need to find their way. */
export interface WayBack {
  /** Knows the devices of earlier runs, of the incumbent's too. */
  readonly store: Store;
  readonly dispatch: Dispatch;
  /** Answers for the gateway itself; a source by its name. */
  readonly source: readonly [string, Source];
  /** Between the connectors and the storage: says whose a device is. */
  readonly introduced: Operator;
  /** What is said when a connector has ended: its devices leave. */
  readonly farewell: (connector: string) => readonly Message[];
  /** Around the sink: gives devices the names that the platform knows. */
  readonly renamed: (sink: Sink) => Sink;
}

export interface WayBackOptions {
  readonly config: GatewayConfig;
  /** The type of each connector by its name, as they are at any time. */
  readonly types: ReadonlyMap<string, string>;
  /** The connectors that could be opened, by name. */
  readonly running: Pick<ReadonlySet<string>, 'has'>;
  readonly plan: StoragePlan;
  readonly context: Context;
  readonly version: string;
  readonly sums: Observable<Sums>;
  readonly restarting: Restarting;
  /** Whom the device filter lets pass: others of earlier runs are not known. */
  readonly admits: AdmitsDevice;
  readonly scheduler?: SchedulerLike;
}

/** The store with these devices in place of its own. What is news to it is written; where it cannot be now, it holds for this run. */
const remembering = (store: Store, devices: readonly Known[], news: readonly Known[]): Observable<Store> =>
  concat(
    news.length === 0
      ? EMPTY
      : store.commit({ append: [], remove: [], devices: news, sums: {} }).pipe(catchError(() => EMPTY)),
    of({ ...store, opened: { ...store.opened, devices } }),
  );

const left = (row: Known): Known => ({ ...row, connected: false });

/**
 * Puts together what is remembered of devices and requests: the storage's device table, or at the first start the incumbent's connected_devices.json;
 * the names that the platform has given; the requests that a restart has interrupted, with a durable storage. Emits once.
 *
 * Promises: a device of an earlier run is connected only where its connector runs. If that one is not configured any more the storage learns that the device
 * has left, once; if it could not be opened that holds for this run. Such a device comes back with its next data. The platform need not be told: for it,
 * devices left with the connection of the earlier run.
 */
export const wayBack = (found: Store, options: WayBackOptions): Observable<WayBack> => {
  const {
    config,
    types,
    running,
    plan,
    context,
    version,
    sums,
    restarting,
    admits,
    scheduler = asyncScheduler,
  } = options;
  const { folder, log, fact } = context;
  const before = found.opened.devices.length === 0 ? connectedDevices(folder, config.connectors) : undefined;
  before?.problems.forEach((problem) => log.warn(problem));
  const names = found.durable ? renameFile(plan.folder, log) : undefined;
  const journal = found.durable ? requestJournal({ folder: plan.folder, log, now: () => scheduler.now() }) : undefined;
  const known = names?.load() ?? before?.renamed ?? [];
  const forgetCredentials = (): boolean =>
    credentialsFile(plan.kind === 'sqlite' ? [folder, plan.folder] : [folder]).remove();
  if (names !== undefined && known.length > 0) names.save(known);

  const rows = before?.devices ?? found.opened.devices;
  const orphans = rows.filter(({ connected, connector }) => connected && !types.has(connector));
  if (orphans.length > 0)
    log.info('devices whose connectors are not configured any more have left', { devices: orphans.length });
  const present = rows.map((row) => (row.connected && !running.has(row.connector) ? left(row) : row));

  return remembering(found, present, before?.devices ?? orphans.map(left)).pipe(
    map((found): WayBack => {
      const devices = found.opened.devices.filter(({ device, connector }) => admits(device, connector));
      const store = { ...found, opened: { ...found.opened, devices } };
      const fresh = new Set<string>();
      const owners = roster(devices, (device) => fresh.add(device), admits);
      return {
        store,
        dispatch: {
          roster: owners,
          types,
          own: GATEWAY_DEVICE,
          log,
          fact,
          deadline: config.rpcTimeoutSeconds * 1_000,
          ...(journal === undefined ? {} : { journal }),
        },
        source: [GATEWAY_DEVICE, requests({ roster: owners, sums, version, restarting, forgetCredentials, scheduler })],
        introduced: introduce({ fresh, types }),
        farewell: (connector) =>
          [...owners.owners()]
            .filter(([, owner]) => owner === connector)
            .map(([device]) => ({ kind: 'disconnected', device, connector })),
        renamed: config.thingsboard.handleDeviceRenaming
          ? renameDevices({ known, ...(names === undefined ? {} : { save: names.save }) })
          : identity,
      };
    }),
  );
};
