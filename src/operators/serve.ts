import { asyncScheduler, defer, Observable, Subscription } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Command } from '../model/command.js';
import { reasonOf } from '../model/errors.js';
import { failure } from '../model/failure.js';
import type { Message } from '../model/message.js';
import { replyTo } from '../model/reply-to.js';
import { RpcError } from '../model/rpc-error.js';

/** How long commands wait for a client, and who hears of those that fail. */
export interface Serve {
  /** The connector's name, for the words of an answer. */
  readonly name: string;
  /** How long a call, or the answer to an attribute request, waits for a client, in ms. Default 9500: just before the platform gives up. */
  readonly deadline?: number;
  /** How long an attribute update waits, in ms: what was set then still holds. Default 3 600 000. */
  readonly updateDeadline?: number;
  /** How many updates may wait, how many other commands may, and how many may be in work at a time. Default 1000. */
  readonly limit?: number;
  /** Told of every command that failed or was let go, calls among them. */
  readonly onFailure?: (command: Command, why: string) => void;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

interface Held {
  readonly command: Command;
  /** When it is let go, on the scheduler's clock. */
  readonly due: number;
  readonly deadline: Subscription;
}

const isUpdate = ({ command }: Held): boolean => command.kind === 'attributeUpdate';

/**
 * Serves the commands of a connector: hands each to `handle` while there is a client, and holds it while there is none. Stands outside
 * the loop that reconnects.
 *
 * ```
 * commands  -a-----b-----c---|
 * clients   ----X-----u----Y-
 * handled   ----aX-bX------cY|      a waits for X, c for Y
 * ```
 *
 * | what happens | a call | an attribute update or an answer |
 * |---|---|---|
 * | no client by the deadline, or more in work than may be | answered, code 503 | told to `onFailure` |
 * | too many wait | answered, code 503 | told; of waiting updates the oldest goes, for the newest is the one that holds |
 * | `handle` errors with code 503: its client has gone | answered | an update waits for the next client, its deadline goes on; an answer is told |
 * | `handle` throws or errors | answered: an {@link RpcError}'s own code, else 500 | told |
 * | `handle` completes without a reply | answered, code 500 | nothing |
 *
 * Promises: a call is answered exactly once, and handed over at most once, in the order of arrival; an update again only after the client it was given to. How long `handle` takes is its own affair, as is
 * noticing that its client has gone. When `commands` completes, what still waits for a client is answered at once; completes when all is answered. The
 * client that came last stays when `clients` completes; an error of `clients` passes. Teardown answers nothing.
 */
export const serve = <C>(
  commands: Observable<Command>,
  clients: Observable<C | undefined>,
  handle: (client: C, command: Command) => Observable<Message>,
  {
    name,
    deadline = 9_500,
    updateDeadline = 3_600_000,
    limit = 1_000,
    onFailure = () => undefined,
    scheduler = asyncScheduler,
  }: Serve,
): Observable<Message> =>
  new Observable<Message>((subscriber) => {
    const held = new Set<Held>();
    const all = new Subscription();
    let client: C | undefined;
    let ended = false;
    let working = 0;

    const fail = (command: Command, error: unknown): void => {
      const why = reasonOf(error);
      onFailure(command, why);
      if (command.kind !== 'rpc') return;
      subscriber.next(replyTo(command, failure(why, error instanceof RpcError ? error.code : 500)));
    };
    const unavailable = (command: Command, why: string): void => fail(command, new RpcError(503, `${name} ${why}`));

    const patience = ({ kind }: Command): number => (kind === 'attributeUpdate' ? updateDeadline : deadline);

    const work = (to: C, command: Command, due = scheduler.now() + patience(command)): void => {
      working += 1;
      let owed = command.kind === 'rpc';
      const one = new Subscription();
      const done = (): void => {
        working -= 1;
        all.remove(one);
        pump();
      };
      all.add(one);
      one.add(
        defer(() => handle(to, command)).subscribe({
          next: (message) => {
            if (message.kind === 'reply' && command.kind === 'rpc') {
              if (!owed) return;
              owed = false;
            }
            subscriber.next(message);
          },
          error: (error: unknown) => {
            // What was set still holds, and may be said twice.
            if (command.kind === 'attributeUpdate' && error instanceof RpcError && error.code === 503) {
              if (client === to) client = undefined;
              hold(command, due);
            } else if (owed || command.kind !== 'rpc') fail(command, error);
            else onFailure(command, reasonOf(error));
            done();
          },
          complete: () => {
            if (owed) fail(command, new RpcError(500, `${name} gave no answer`));
            done();
          },
        }),
      );
    };

    const state = (): string => {
      if (client === undefined) return ended ? 'is stopped' : 'is not connected';
      return `is busy with ${limit} commands`;
    };
    const letGo = (one: Held): Command => {
      held.delete(one);
      all.remove(one.deadline);
      one.deadline.unsubscribe();
      return one.command;
    };
    const hold = (command: Command, due = scheduler.now() + patience(command)): void => {
      const update = command.kind === 'attributeUpdate';
      const alike = [...held].filter((one) => isUpdate(one) === update);
      const [oldest] = alike;
      if (alike.length >= limit && oldest !== undefined) {
        unavailable(update ? letGo(oldest) : command, `${state()}, and ${limit} others wait`);
        if (!update) return;
      }
      const expire = (): void => {
        unavailable(letGo(one), state());
        pump();
      };
      const one: Held = { command, due, deadline: scheduler.schedule(expire, Math.max(0, due - scheduler.now())) };
      held.add(one);
      all.add(one.deadline);
    };
    /** Hands over what can be, in order. */
    const pump = (): void => {
      for (const one of held) {
        if (client !== undefined && working < limit) work(client, letGo(one), one.due);
        else if (client === undefined && ended) unavailable(letGo(one), state());
        else break;
      }
      if (ended && held.size === 0 && working === 0) subscriber.complete();
    };

    all.add(
      clients.subscribe({
        next: (next) => {
          client = next;
          pump();
        },
        error: (error: unknown) => subscriber.error(error),
      }),
    );
    all.add(
      commands.subscribe({
        next: (command) => {
          if (client === undefined || working >= limit || held.size > 0) hold(command);
          else work(client, command);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          ended = true;
          pump();
        },
      }),
    );
    return all;
  });
