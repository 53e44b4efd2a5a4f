import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import {
  EMPTY,
  NEVER,
  ReplaySubject,
  Subject,
  catchError,
  concat,
  defer,
  filter,
  finalize,
  forkJoin,
  identity,
  ignoreElements,
  last,
  map,
  merge,
  mergeMap,
  of,
  pipe,
  share,
  take,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';
import type { GatewayConfig } from './config.js';
import type { Command } from './model/command.js';
import type { Context, Operator, Sink, Source } from './model/component.js';
import type { Fact } from './model/fact.js';
import { isKept } from './model/message.js';
import { buffer } from './operators/buffer/buffer.js';
import { storagePlan } from './operators/buffer/storage-plan.js';
import { dispatch } from './operators/dispatch.js';
import type { Dispatch } from './operators/dispatch.js';
import { stopping } from './operators/dispatch/stopping.js';
import { fleet } from './operators/fleet.js';
import type { Fleet, Sources } from './operators/fleet.js';
import { tally } from './operators/tally.js';
import { when } from './operators/when.js';
import { openAll } from './pipeline/open-all.js';
import { patience } from './pipeline/patience.js';
import { policy } from './pipeline/policy.js';
import { reloads } from './pipeline/reloads.js';
import { reportsOf } from './pipeline/reports-of.js';
import { runs } from './pipeline/runs.js';
import type { Restart } from './pipeline/runs.js';
import { sharedOnConnect } from './pipeline/shared-on-connect.js';
import { storages } from './pipeline/storages.js';
import { wayBack } from './pipeline/way-back.js';
import type { RootLog } from './log.js';
import { thingsboard } from './sinks/thingsboard/thingsboard.js';

export type { Restart } from './pipeline/runs.js';

/** The parts of a pipeline, and how it stops. */
export interface Pipeline extends Fleet, Dispatch {
  /** Where messages come from, by connector name: a record, a map, or maps that change while it runs. */
  readonly sources: Sources;
  /** What stands between sources and sink. */
  readonly through: Operator;
  /** Where messages go, and where commands come from. */
  readonly sink: Sink;
}

/**
 * Sources → operators → sink, and the commands that come back → the sources: one stream with one loop, closed here.
 *
 * Completes when the sources have ended (asked by `until`) and the sink has completed. Unsubscribing stops everything at once and
 * settles nothing. Errors with whatever a source, the operators or the sink error with.
 */
export const pipeline = ({ sources, through, sink, ...rest }: Pipeline): Observable<never> =>
  defer(() => {
    const commands = new Subject<Command>();
    const end = stopping();
    return dispatch((directed) => fleet(sources, directed, rest), commands, rest).pipe(
      end.watched,
      through,
      end.around(sink),
      tap((command) => commands.next(command)),
      ignoreElements(),
    );
  });

/** What the daemon's pipeline is given by whoever runs it. */
export interface Surroundings {
  /** Where every component writes, each under its own name. */
  readonly log: RootLog;
  /** The folder of the configuration. */
  readonly folder: string;
  /** Emits when the gateway shall stop. */
  readonly until: Observable<unknown>;
  /** Where messages go instead of the configured platform. */
  readonly sink?: Sink;
  /**
   * A step of the embedder's own, between the connectors and the storage. Sees every message of every connector, the gateway's own statistics
   * and the replies to RPC among them; what it lets pass is stored, what it drops it settles. Default: none.
   */
  readonly through?: Operator;
  /** The program's version, for whoever asks. Default: unknown. */
  readonly version?: string;
  /** How `gateway_restart` starts the gateway again. Default: by itself, with the same configuration. */
  readonly restart?: Restart;
  /**
   * The configuration anew, each time it or a file of a connector may have changed while the gateway runs. Only the connectors take it over: those that are new
   * start, those that are gone stop, those whose entry or file is another now start again, and no other notices. Default: nothing changes before a restart.
   */
  readonly reload?: Observable<GatewayConfig>;
}

/** Tells whoever comes later the latest, for as long as somebody listens. */
const remembered = <T>(): MonoTypeOperatorFunction<T> => share({ connector: () => new ReplaySubject<T>(1) });

/**
 * The whole program: configuration → storage → platform → connectors → statistics. Emits what happens, as facts.
 *
 * A message travels so: its connector converts and encloses it; `fleet` stamps its owner; the policy says whether its device may pass and which
 * of its values are reported; `buffer` puts it on disk and acknowledges it to its device; the sink packs, waits for the rate limits, publishes,
 * and acknowledges at PUBACK 0; then `buffer` removes it. Completes when `until` has emitted, all is settled or left on disk, and the storage is closed. A
 * connector that fails for good is disabled; the stream errors with a {@link FatalError} only if nothing can go on: `STORAGE_LOCKED`,
 * `STORAGE_FAILED`, a certificate of the platform's that cannot be read, or keys for provisioning that the platform does not know.
 */
export const gateway = (
  config: GatewayConfig,
  { log, folder, until, sink, through = identity, version = 'unknown', restart = {}, reload }: Surroundings,
): Observable<Fact> =>
  defer(() => {
    const facts = new Subject<Fact>();
    const fact = (it: Fact): void => facts.next(it);
    const context = (name: string): Context => ({ name, log: log.child(name), fact, folder });
    const asked = until.pipe(take(1), share({ connector: () => new ReplaySubject(1), resetOnComplete: false }));
    // Counted from the first fact on: the storage says its own before any source starts.
    const sums = facts.pipe(tally(), remembered());
    const devices = facts.pipe(
      map((it) => (it.kind === 'depth' ? it.devices : undefined)),
      filter((n) => n !== undefined),
      remembered(),
    );
    const up = facts.pipe(filter((it) => it.kind === 'state' && it.who === 'thingsboard' && it.phase === 'connected'));
    const open = storages({ log: log.child('storage'), fact });
    const reporting = reportsOf({ sums, devices, context: context('statistics') });

    const make = (config: GatewayConfig, over: Observable<unknown>): Observable<never> => {
      const plan = storagePlan(config.storage, process.cwd());
      const storage = { limits: plan.limits, log: log.child('storage'), fact };
      const folders = plan.kind === 'sqlite' ? [plan.folder] : [];
      const mayChange = reload !== undefined;
      const rules = policy(config, { context, folder, facts, mayChange });
      const types = new Map(config.connectors.map(({ name, type }) => [name, type]));
      const back = {
        config,
        types,
        plan,
        context: context('dispatch'),
        version,
        sums,
        restarting,
        admits: rules.admits,
      };
      return defer(() => {
        const reports = reporting.of(config.thingsboard.statistics);
        const own: readonly [string, Source][] = reports.source === undefined ? [] : [['statistics', reports.source]];
        const { log: wayLog } = back.context;
        const shared = sharedOnConnect(config, { facts, isPlatform: sink === undefined, mayChange, log: wayLog });
        const waits = patience();
        const metered = (name: string): Context => ({
          ...context(name),
          ...shared.hears(name),
          ...waits.hears(name),
          meter: (read) => reports.meter(name, read),
        });
        const openConnectors = openAll(metered);
        const changed = reloads(reload ?? NEVER, {
          running: config,
          open: openConnectors,
          log,
          learn: (entries, begun) => {
            types.clear();
            entries.forEach(({ name, type }) => types.set(name, type));
            begun.forEach(rules.learn);
          },
        });
        return open(plan).pipe(
          mergeMap(({ store: opened, deadLetters }) =>
            concat(
              openConnectors(config).pipe(
                mergeMap(({ sources }) => forkJoin([wayBack(opened, { ...back, running: sources }), of(sources)])),
                mergeMap(([{ store, dispatch, source, introduced, farewell, renamed }, connectors]) =>
                  pipeline({
                    ...dispatch,
                    patience: waits.of,
                    // Even if every connector is disabled: what is stored is still to be delivered.
                    sources: concat(of(connectors), merge(changed, NEVER)).pipe(
                      map((running) => new Map([...running, ...own, source])),
                    ),
                    through: pipe(
                      through,
                      rules.before(store.opened.devices.filter(({ connected }) => connected)),
                      introduced,
                      reports.arriving,
                      when(isKept, buffer(store, { ...storage, deadLetters })),
                      reports.leaving,
                      rules.after,
                    ),
                    sink: reports.around(
                      rules.around(
                        shared.around(
                          renamed(sink ?? thingsboard(config.thingsboard, context('thingsboard'), { folders })),
                        ),
                      ),
                    ),
                    until: merge(asked, over),
                    farewell: (connector, isReplaced) => {
                      rules.forget({ connector });
                      if (!isReplaced) return farewell(connector);
                      // Its devices stay: they can be called, also those that seldom say a word.
                      shared.begins(connector);
                      return [];
                    },
                  }),
                ),
                // What runs instead may need the same folder.
                catchError((error: unknown) =>
                  concat(
                    opened.close().pipe(catchError(() => EMPTY)),
                    throwError(() => error),
                  ),
                ),
              ),
              opened.close(),
              of(undefined),
            ),
          ),
          // The storage stays open until somebody lets go of it: that is here.
          take(1),
          ignoreElements(),
        );
      });
    };
    const { all: running, restarting } = runs(config, { ...restart, make, log, up });
    const counting = merge(
      sums,
      devices,
      asked.pipe(takeUntil(facts.pipe(last(null, null)))),
      facts.pipe(tap(reporting.hear)),
    ).pipe(ignoreElements());
    return merge(facts, counting, running.pipe(finalize(() => facts.complete())));
  });
