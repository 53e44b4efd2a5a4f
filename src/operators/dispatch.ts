import { Observable, Subject, asyncScheduler } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';
import type { Command, Rpc } from '../model/command.js';
import type { Log } from '../model/component.js';
import type { Envelope } from '../model/envelope.js';
import type { Fact } from '../model/fact.js';
import { GATEWAY_DEVICE } from '../model/message.js';
import type { Message } from '../model/message.js';
import { answering } from './dispatch/answering.js';
import { apologies } from './dispatch/apologies.js';
import { fingerprint } from './dispatch/fingerprint.js';
import type { Journal } from './dispatch/journal.js';
import { requests } from './dispatch/requests.js';
import { routes } from './dispatch/routes.js';
import { steady } from './dispatch/steady.js';
import type { Directed } from './fleet.js';
import { roster as newRoster } from './roster.js';
import type { Roster } from './roster.js';

export type { Journal } from './dispatch/journal.js';

/** What the way back is told. */
export interface Dispatch {
  /** Who owns which device; learnt from what passes. Default: nobody is known at first. */
  readonly roster?: Roster;
  /** The type of each connector by its name, for requests such as `mqtt_get`. Default: none. */
  readonly types?: ReadonlyMap<string, string>;
  /** The source that answers for the gateway itself. Default: none. */
  readonly own?: string;
  /** Default: none; then a request that the platform repeats after its deadline is carried out again. */
  readonly journal?: Journal;
  /** Told of commands that nobody takes. Default: nobody is told. */
  readonly log?: Log;
  /** Told of replies that come, or leave, too late. Default: nobody is told. */
  readonly fact?: (fact: Fact) => void;
  /** How long the platform waits for an answer, in ms. Default 10 000, as the platform's own. */
  readonly deadline?: number;
  /**
   * How long the connector of this name may take for a request from when it is begun, in ms, up to a day: where that, from the last moment when it may be
   * begun, is over later than the deadline, it counts instead. Default: no longer.
   */
  readonly patience?: (connector: string, rpc: Rpc) => number;
  /** How many requests may wait for their answer. Default 10 000. */
  readonly most?: number;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** How long the platform waits by itself, in ms. */
const PLATFORM = 10_000;
/** The most that a connector can ask for, in ms: nobody keeps a request longer. */
const LONGEST = 86_400_000;
/** Which part of the deadline, the platform's own at most, may be over when a request is begun: the answer needs some time too. */
const LATEST = 0.95;

/** How long a connector asks for; what is no number asks for nothing. */
const asked = (wait: number): number => (wait > 0 ? Math.min(wait, LONGEST) : 0);

const withoutStandIn = (rpc: Rpc): Rpc => {
  if (rpc.device !== GATEWAY_DEVICE) return rpc;
  const { id, method, params } = rpc;
  return { kind: 'rpc', id, method, params };
};

/**
 * Brings each command to the source that it is meant for, and one answer to each request.
 *
 * | a command | goes to |
 * |---|---|
 * | of a device | the connector that owns it |
 * | the answer to an attribute request | the connector that asked |
 * | a request `<type>_<method>` | every connector of the type; the first answer counts, and an error only if no other comes |
 * | anything else without a device | the source that answers for the gateway |
 *
 * Promises: a request is answered exactly once, by its source or else with an error: 404 where there is no such device, connector or
 * method, 503 where the connector does not run or too many wait, 408 at the deadline, its connector's where that is later. What a source answers after that is dropped and counted. An answer that
 * the platform refuses, such as one that is too large for it, is followed by an error of code 500 that says so; one that could not leave in time is counted as late.
 * A delivery that the platform repeats until the deadline is carried out once, and its answer is sent again; one that was begun before a
 * restart is answered `interrupted`. Source: the platform's MQTT contract, §6; core specification, §12.
 */
export const dispatch = (
  run: (commands: Observable<Directed>) => Observable<Envelope<Message>>,
  commands: Observable<Command>,
  options: Dispatch = {},
): Observable<Envelope<Message>> =>
  new Observable((subscriber) => {
    const { roster = newRoster(), types = new Map<string, string>(), own, journal, log, fact } = options;
    const { deadline = PLATFORM, patience = () => 0, most = 10_000, scheduler = asyncScheduler } = options;
    const directed = new Subject<Directed>();
    /** How long a request waits until it is begun, at most. */
    const unbegun = LATEST * Math.min(deadline, PLATFORM);
    const way = routes({ roster, types, own });
    const now = steady(scheduler);
    const book = requests({ most, now, onForgotten: (key) => journal?.end(key) });
    let timer: Subscription | undefined;
    /** When the timer fires. */
    let armed = Infinity;

    const { say, fail, replied } = answering({
      book,
      journal,
      now,
      deadline,
      late: () => fact?.({ kind: 'count', who: 'dispatch', counter: 'late', n: 1 }),
      out: (answer) => subscriber.next(answer),
    });
    const arm = (): void => {
      const due = book.nextDue();
      if (due === undefined || due >= armed || subscriber.closed) return;
      timer?.unsubscribe();
      armed = due;
      timer = scheduler.schedule(
        () => {
          armed = Infinity;
          for (const request of book.expired()) {
            // An answer that has not left by now never will.
            if (request.answered) journal?.end(request.key);
            else say(request.rpc, request.failure ?? apologies.timedOut, request);
          }
          arm();
        },
        Math.max(0, due - now()),
      );
    };

    const request = (rpc: Rpc): void => {
      const key = fingerprint(rpc);
      const before = book.find(key);
      if (before !== undefined) {
        log?.debug('a request came again', { device: rpc.device, id: rpc.id, method: rpc.method });
        if (before.answered) say(rpc, before.content === undefined ? apologies.repeated : before.content, before);
        return;
      }
      if (journal?.isBegun(key) === true) {
        say(rpc, apologies.interrupted, { key });
        return;
      }
      const targets = way.ofRequest(rpc);
      if ('why' in targets) {
        say(rpc, targets.why);
        return;
      }
      const takes = Math.max(0, ...targets.map((to) => asked(patience(to, rpc))));
      const wait = takes === 0 ? deadline : Math.max(deadline, unbegun + takes);
      const begun = book.begin(key, rpc, targets.length, wait);
      if (begun === undefined) {
        say(rpc, apologies.overloaded);
        return;
      }
      journal?.begin(key);
      arm();
      const named = begun.given === rpc.id ? rpc : { ...rpc, id: begun.given };
      const isSaid = takes > 0 || deadline < PLATFORM;
      const command = isSaid ? { ...named, beginBefore: scheduler.now() + unbegun } : named;
      for (const to of targets)
        directed.next({
          to,
          command,
          isAlive: () => !begun.answered && begun.due > now(),
          refuse: (why) => {
            begun.left -= 1;
            if (begun.left === 0) fail(begun, begun.failure ?? way.refusal(to, why));
          },
        });
    };
    const send = (command: Exclude<Command, Rpc>): void => {
      const { kind, device } = command;
      const untaken = (why: string): void => {
        log?.warn('a command found nobody to take it', { kind, device, why });
        fact?.({ kind: 'count', who: 'dispatch', counter: 'untaken', n: 1 });
      };
      const to = way.ofOther(command);
      if (to === undefined) {
        untaken('no connector has the device');
        return;
      }
      const due = now() + deadline;
      directed.next({ to, command, isAlive: () => due > now(), refuse: (why) => untaken(`${to}: ${why}`) });
    };

    const up = run(directed).subscribe({
      next: (item) => {
        const { value } = item;
        if (value.kind === 'reply') {
          replied(item, value);
          return;
        }
        roster.learn(value);
        subscriber.next(item);
      },
      error: (thrown: unknown) => subscriber.error(thrown),
      complete: () => {
        for (const each of book.open()) fail(each, apologies.stopped);
        subscriber.complete();
      },
    });
    const down = commands.subscribe((command) => {
      if (command.kind === 'rpc') request(withoutStandIn(command));
      else send(command);
    });
    return () => {
      down.unsubscribe();
      up.unsubscribe();
      timer?.unsubscribe();
    };
  });
