import {
  EMPTY,
  asapScheduler,
  asyncScheduler,
  concatMap,
  connect,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  of,
  observeOn,
  startWith,
  switchMap,
  takeUntil,
  tap,
  timer,
  withLatestFrom,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Command, Rpc } from '../../model/command.js';
import type { Source } from '../../model/component.js';
import { envelope } from '../../model/envelope.js';
import type { Json, Message } from '../../model/message.js';
import type { Roster } from '../../operators/roster.js';
import { noFacts } from '../../operators/tally.js';
import type { Sums } from '../../operators/tally.js';

export interface GatewayRequests {
  /** Who owns which device. */
  readonly roster: Roster;
  readonly sums: Observable<Sums>;
  /** The program's own version. */
  readonly version: string;
  /** Starts the gateway again. */
  readonly restart: () => void;
  readonly scheduler?: SchedulerLike;
}

/** Nobody waits longer for a restart, in seconds: a day. */
const LATEST = 86_400;

const error = (text: string, code: number): Json => ({ error: text, code });
const found = (resp: Json): Json => ({ code: 200, resp });
const success: Json = { success: true };

/** What the incumbent does, and this program does not. */
const refusals: ReadonlyMap<string, Json> = new Map([
  [
    'gateway_reboot',
    error('the gateway does not reboot its machine; gateway_restart starts the gateway itself again', 403),
  ],
  ['gateway_update', error('the gateway does not update itself; that is done where it was installed', 501)],
  ...['getTermInfo', 'sendCommand', 'getCommandStatus', 'terminateCommand'].map(
    (method) => [method, error('the gateway gives no remote shell', 403)] as const,
  ),
]);

/** The first argument, where the parameters are a list. */
const first = (params: Json): Json => (Array.isArray(params) ? ((params as readonly Json[])[0] ?? null) : params);

/** A number, or a text that is one; a second at least. */
const secondsIn = (params: Json): number => {
  const seconds = Number(typeof params === 'object' ? NaN : params);
  return Number.isFinite(seconds) ? Math.min(LATEST, Math.max(1, seconds)) : 1;
};

const stats = ({ received, delivered }: Sums, produced: ReadonlyMap<string, number>): Json =>
  Object.fromEntries([
    ['eventsProduced', received],
    ['eventsSent', delivered],
    ...[...produced].map(([connector, n]) => [`${connector}EventsProduced`, n] as const),
  ]);

/**
 * Answers for the gateway itself.
 *
 * | method | parameters | answer |
 * |---|---|---|
 * | gateway_ping | | `{"code": 200, "resp": "pong"}` |
 * | gateway_devices | | the connector of each device |
 * | gateway_stats | | how many messages came, of which connector, and how many were delivered |
 * | gateway_version | | current_version, and latest_version, which is the same: the gateway does not look for others |
 * | gateway_restart | seconds, at least 1 | success; then the gateway starts again, in the same process |
 * | gateway_device_renamed, gateway_device_deleted | as the platform sends them | success; a deleted device is forgotten |
 * | gateway_reboot, gateway_update, the remote shell | | refused |
 * | anything else | | `{"error": "Method not found", "code": 404}` |
 *
 * Promises: one answer to each request, after the request was acknowledged to the platform; completes when `commands` does, and with it a restart
 * that has not begun. Source: core specification, §12.2, §12.3.
 */
export const requests =
  ({ roster, sums, version, restart, scheduler = asyncScheduler }: GatewayRequests): Source =>
  (commands) => {
    const answer = (method: string, now: Sums): Json => {
      switch (method) {
        case 'gateway_ping':
          return found('pong');
        case 'gateway_devices':
          return found(Object.fromEntries(roster.owners()));
        case 'gateway_stats':
          return stats(now, roster.produced());
        case 'gateway_version':
          return found({ current_version: version, latest_version: version });
        case 'gateway_restart':
        case 'gateway_device_renamed':
        case 'gateway_device_deleted':
          return success;
        default:
          return refusals.get(method) ?? error('Method not found', 404);
      }
    };
    /** It has left the platform's memory; its connection there ends for ours, too. */
    const farewell = (params: Json): readonly Message[] => {
      const device = first(params);
      const connector = typeof device === 'string' ? roster.ownerOf(device) : undefined;
      if (typeof device !== 'string' || connector === undefined) return [];
      roster.forget(device);
      return [{ kind: 'disconnected', device, connector }];
    };
    const messages = ({ id, method, params }: Rpc, now: Sums): readonly Message[] => [
      ...(method === 'gateway_device_deleted' ? farewell(params) : []),
      { kind: 'reply', id, content: answer(method, now) },
    ];
    const isRpc = (command: Command): command is Rpc => command.kind === 'rpc';
    return commands.pipe(
      filter(isRpc),
      // After the platform has its PUBACK.
      observeOn(asapScheduler),
      withLatestFrom(sums.pipe(startWith(noFacts))),
      connect((called) =>
        merge(
          called.pipe(concatMap(([rpc, now]) => of(...messages(rpc, now)))),
          called.pipe(
            filter(([{ method }]) => method === 'gateway_restart'),
            switchMap(([{ params }]) => timer(secondsIn(first(params)) * 1_000, scheduler)),
            tap(restart),
            switchMap(() => EMPTY),
          ),
        ),
      ),
      map((message) =>
        envelope<Message>(
          message,
          () => undefined,
          () => undefined,
        ),
      ),
      takeUntil(commands.pipe(ignoreElements(), endWith(undefined))),
    );
  };
