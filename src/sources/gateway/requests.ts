import {
  asapScheduler,
  asyncScheduler,
  catchError,
  concatMap,
  connect,
  endWith,
  filter,
  map,
  merge,
  mergeMap,
  of,
  observeOn,
  startWith,
  switchMap,
  timer,
  withLatestFrom,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Command, Rpc } from '../../model/command.js';
import type { Source } from '../../model/component.js';
import { failure } from '../../model/failure.js';
import type { Json, Message, Reply } from '../../model/message.js';
import { replyTo } from '../../model/reply-to.js';
import { deviceChanges } from '../../operators/device-changes.js';
import { enclose } from '../../operators/enclose.js';
import type { Roster } from '../../operators/roster.js';
import { reasonOf } from '../../model/errors.js';
import { noFacts } from '../../operators/tally.js';
import type { Sums } from '../../operators/tally.js';
import { untilAsked } from '../../operators/until-asked.js';
import type { Restarting } from './restarting.js';

export interface GatewayRequests {
  /** Who owns which device. */
  readonly roster: Roster;
  readonly sums: Observable<Sums>;
  /** The program's own version. */
  readonly version: string;
  readonly restarting: Restarting;
  /** Removes the credentials that the platform gave; false if there are none. Throws what the file system says. */
  readonly forgetCredentials: () => boolean;
  readonly scheduler?: SchedulerLike;
}

/** The answer to a request to start again, and when that would be. */
interface Checked {
  readonly reply: Reply;
  readonly seconds: number;
}

/** Nobody waits longer for a restart, in seconds: a day. */
const LATEST = 86_400;

const found = (resp: Json): Json => ({ code: 200, resp });
const success: Json = { success: true };
/** Characters of a reason that an answer gives. */
const LONGEST = 1_000;
const FORGOTTEN = 'the provisioned credentials are removed; the next connection asks for new ones';

/** What the incumbent does, and this program does not. */
const refusals: ReadonlyMap<string, Json> = new Map([
  [
    'gateway_reboot',
    failure('the gateway does not reboot its machine; gateway_restart starts the gateway itself again', 403),
  ],
  ['gateway_update', failure('the gateway does not update itself; that is done where it was installed', 501)],
  ...['getTermInfo', 'sendCommand', 'getCommandStatus', 'terminateCommand'].map(
    (method) => [method, failure('the gateway gives no remote shell', 403)] as const,
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
 * | gateway_restart | seconds, at least 1 | success, and later the gateway starts again; or code 500, why it could not, and nothing happens |
 * | gateway_remove_provisioned_credentials | | code 200, or 404 if there are none, or 500 |
 * | gateway_device_renamed, gateway_device_deleted | as the platform sends them | success; a deleted device is forgotten |
 * | gateway_reboot, gateway_update, the remote shell | | refused |
 * | anything else | | `{"error": "Method not found", "code": 404}` |
 *
 * Promises: one answer to each request, after the request was acknowledged to the platform; completes when `commands` does, and with it a restart
 * that has not begun. Source: core specification, §12.2, §12.3.
 */
export const requests =
  ({ roster, sums, version, restarting, forgetCredentials, scheduler = asyncScheduler }: GatewayRequests): Source =>
  (commands) => {
    const forgotten = (): Json => {
      try {
        return forgetCredentials() ? found(FORGOTTEN) : failure('there are no provisioned credentials', 404);
      } catch (thrown) {
        return failure(`the provisioned credentials cannot be removed: ${reasonOf(thrown)}`, 500);
      }
    };
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
        case 'gateway_remove_provisioned_credentials':
          return forgotten();
        case 'gateway_device_renamed':
        case 'gateway_device_deleted':
          return success;
        default:
          return refusals.get(method) ?? failure('Method not found', 404);
      }
    };
    /** It has left the platform's memory; its connection there ends for ours, too. */
    const farewell = (rpc: Rpc): readonly Message[] => {
      const gone = deviceChanges(rpc).deleted.filter((device) => roster.ownerOf(device) !== undefined);
      gone.forEach(roster.forget);
      // The gateway's own word, and no connector's: so it is remembered that nobody has the device.
      return gone.map((device) => ({ kind: 'disconnected', device }));
    };
    /** Whether the gateway could start again. */
    const checked = ({ id, params }: Rpc): Observable<Checked> =>
      restarting.check.pipe(
        endWith(success),
        catchError((thrown: unknown) => of(failure(reasonOf(thrown).slice(0, LONGEST), 500))),
        map((content) => ({ reply: replyTo({ id }, content), seconds: secondsIn(first(params)) })),
      );
    const messages = (rpc: Rpc, now: Sums): readonly Message[] => [
      ...farewell(rpc),
      replyTo({ id: rpc.id }, answer(rpc.method, now)),
    ];
    const isRpc = (command: Command): command is Rpc => command.kind === 'rpc';
    return commands.pipe(
      filter(isRpc),
      // After the platform has its PUBACK.
      observeOn(asapScheduler),
      withLatestFrom(sums.pipe(startWith(noFacts))),
      connect((called) =>
        merge(
          called.pipe(
            filter(([{ method }]) => method !== 'gateway_restart'),
            concatMap(([rpc, now]) => of(...messages(rpc, now))),
          ),
          called.pipe(
            filter(([{ method }]) => method === 'gateway_restart'),
            mergeMap(([rpc]) => checked(rpc)),
            connect((restarts) =>
              merge(
                restarts.pipe(map(({ reply }) => reply)),
                restarts.pipe(
                  filter(({ reply }) => reply.content === success),
                  // One that comes meanwhile takes the place of the one before.
                  switchMap(({ seconds }) => timer(seconds * 1_000, scheduler).pipe(mergeMap(() => restarting.begin))),
                ),
              ),
            ),
          ),
        ),
      ),
      enclose(),
      untilAsked(commands),
    );
  };
