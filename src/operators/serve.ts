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
  /** How long a call, or the answer to an attribute request, waits for a client, in ms. Default 9500: just before the platform gives up. A call that is not to be begun so late waits less. */
  readonly deadline?: number;
  /** How long an attribute update waits, in ms: what was set then still holds. Default 3 600 000. */
  readonly updateDeadline?: number;
  /** How many updates may wait, how many other commands may, and how many may be in work at a time. Default 1000. */
  readonly limit?: number;
  /** How long an attribute update that got no answer rests before the same client is given it again, in ms. Default 5000. */
  readonly pause?: number;
  /** Told of every command that failed or was let go, calls among them. */
  readonly onFailure?: (command: Command, why: string) => void;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** A command that is not in work. One that is put back keeps its number and its deadline. */
interface Held<C> {
  readonly command: Command;
  /** Its place in the order of arrival. */
  readonly number: number;
  /** When it is let go, on the scheduler's clock. */
  readonly due: number;
  readonly timers: Subscription;
  /** The client that it is not given to for now, for it has just failed there. */
  resting?: C | undefined;
  /** What it failed with, the last time. */
  readonly why?: string;
}

const isUpdate = ({ command }: { readonly command: Command }): boolean => command.kind === 'attributeUpdate';

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
 * | `handle` errors with code 408: its client says nothing | answered | an update is given to it again after `pause`, or to the next one at once, its deadline goes on; an answer is told |
 * | `handle` throws or errors | answered: an {@link RpcError}'s own code, else 500 | told |
 * | `handle` completes without a reply | answered, code 500 | nothing |
 *
 * Promises: a call is answered exactly once, and handed over at most once, in the order of arrival; an update again only after it has failed. An update is handed
 * over when all earlier ones of its device are done, so that an older one never comes after a newer one; what is put back takes its old place. Calls and
 * answers pass an update that waits for its turn. How long `handle` takes is its own affair, as is
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
    pause = 5_000,
    onFailure = () => undefined,
    scheduler = asyncScheduler,
  }: Serve,
): Observable<Message> =>
  new Observable<Message>((subscriber) => {
    /** In the order of arrival. */
    const held: Held<C>[] = [];
    /** Devices whose update is in work. */
    const updating = new Set<string | undefined>();
    const all = new Subscription();
    let client: C | undefined;
    let ended = false;
    let arrived = 0;
    let working = 0;
    let pumping = false;

    const fail = (command: Command, error: unknown): void => {
      const why = reasonOf(error);
      onFailure(command, why);
      if (command.kind !== 'rpc') return;
      subscriber.next(replyTo(command, failure(why, error instanceof RpcError ? error.code : 500)));
    };
    const unavailable = (command: Command, why: string): void => fail(command, new RpcError(503, `${name} ${why}`));

    const dueOf = (command: Command): number => {
      if (command.kind === 'attributeUpdate') return scheduler.now() + updateDeadline;
      const { beginBefore = Infinity } = command.kind === 'rpc' ? command : {};
      return Math.min(scheduler.now() + deadline, beginBefore);
    };

    const work = (to: C, one: Held<C>): void => {
      const { command } = one;
      let owed = command.kind === 'rpc';
      const run = new Subscription();
      working += 1;
      if (isUpdate(one)) updating.add(command.device);
      all.add(run);
      const done = (): void => {
        working -= 1;
        if (isUpdate(one)) updating.delete(command.device);
        all.remove(run);
      };
      run.add(
        defer(() => handle(to, command)).subscribe({
          next: (message) => {
            if (message.kind === 'reply' && command.kind === 'rpc') {
              if (!owed) return;
              owed = false;
            }
            subscriber.next(message);
          },
          error: (error: unknown) => {
            done();
            const code = error instanceof RpcError ? error.code : 500;
            // What was set still holds, and may be said twice.
            if (isUpdate(one) && (code === 503 || code === 408)) {
              if (code === 503 && client === to) client = undefined;
              const resting = code === 408 ? to : undefined;
              hold({ ...one, timers: new Subscription(), resting, why: reasonOf(error) });
              return;
            }
            if (owed || command.kind !== 'rpc') fail(command, error);
            else onFailure(command, reasonOf(error));
            pump();
          },
          complete: () => {
            done();
            if (owed) fail(command, new RpcError(500, `${name} gave no answer`));
            pump();
          },
        }),
      );
    };

    const state = ({ why }: Held<C>): string => {
      if (client === undefined) return ended ? 'is stopped' : 'is not connected';
      if (why !== undefined) return `could not deliver it: ${why}`;
      return working < limit ? 'waits for an earlier update of the device' : `is busy with ${limit} commands`;
    };
    const letGo = (one: Held<C>): Held<C> => {
      held.splice(held.indexOf(one), 1);
      all.remove(one.timers);
      one.timers.unsubscribe();
      return one;
    };
    const giveUp = (one: Held<C>, why = ''): void => {
      unavailable(letGo(one).command, `${state(one)}${why}`);
      pump();
    };
    /** Puts it in its place, and keeps it there if it cannot be handed over at once. */
    const hold = (one: Held<C>): void => {
      held.splice(held.findLastIndex(({ number }) => number < one.number) + 1, 0, one);
      all.add(one.timers);
      pump();
      if (!held.includes(one)) return;
      const alike = held.filter((other) => isUpdate(other) === isUpdate(one));
      if (alike.length > limit) giveUp(isUpdate(one) ? (alike[0] ?? one) : one, `, and ${limit} others wait`);
      if (one.timers.closed) return;
      one.timers.add(scheduler.schedule(() => giveUp(one), Math.max(0, one.due - scheduler.now())));
      if (one.resting === undefined) return;
      const rested = (): void => {
        one.resting = undefined;
        pump();
      };
      one.timers.add(scheduler.schedule(rested, pause));
    };
    /** The first that can be handed over to this client. */
    const ready = (to: C): Held<C> | undefined => {
      const waiting = new Set<string | undefined>();
      return held.find((one) => {
        const { device } = one.command;
        if (!isUpdate(one)) return true;
        if (one.resting !== to && !updating.has(device) && !waiting.has(device)) return true;
        waiting.add(device);
        return false;
      });
    };
    const isHopeless = ({ resting }: Held<C>): boolean => client === undefined || resting === client;
    const next = (): boolean => {
      if (subscriber.closed) return false;
      const lost = ended ? held.find(isHopeless) : undefined;
      const one = lost ?? (client === undefined || working >= limit ? undefined : ready(client));
      if (one === undefined) return false;
      if (client === undefined || lost !== undefined) unavailable(letGo(one).command, state(one));
      else work(client, letGo(one));
      return true;
    };
    /** Hands over what can be, in order. What happens meanwhile is seen by the round that is under way. */
    const pump = (): void => {
      if (pumping) return;
      pumping = true;
      while (next());
      pumping = false;
      if (ended && held.length === 0 && working === 0) subscriber.complete();
    };

    all.add(
      clients.subscribe({
        next: (latest) => {
          client = latest;
          pump();
        },
        error: (error: unknown) => subscriber.error(error),
      }),
    );
    all.add(
      commands.subscribe({
        next: (command) => {
          arrived += 1;
          hold({ command, number: arrived, due: dueOf(command), timers: new Subscription() });
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
