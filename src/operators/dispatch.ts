import { Observable, Subject, asyncScheduler } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';
import type { AttributeValues, Command, Rpc } from '../model/command.js';
import type { Log } from '../model/component.js';
import type { Envelope } from '../model/envelope.js';
import { envelope, replace } from '../model/envelope.js';
import type { Fact } from '../model/fact.js';
import { GATEWAY_DEVICE } from '../model/message.js';
import type { Json, Message, Reply } from '../model/message.js';
import { askedAttributes } from './dispatch/asked.js';
import { fingerprint } from './dispatch/fingerprint.js';
import { requests } from './dispatch/requests.js';
import { nestedDeeper } from './extract/nested-deeper.js';
import type { Request } from './dispatch/requests.js';
import { steady } from './dispatch/steady.js';
import type { Directed } from './fleet.js';
import { roster as newRoster } from './roster.js';
import type { Roster } from './roster.js';

/** The requests that were begun and whose answer the platform has not acknowledged, over restarts. */
export interface Journal {
  readonly isBegun: (key: string) => boolean;
  readonly begin: (key: string) => void;
  readonly end: (key: string) => void;
}

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
  /** Told of replies that come too late. Default: nobody is told. */
  readonly fact?: (fact: Fact) => void;
  /** How long the platform waits for an answer, in ms. Default 10 000, as the platform's own. */
  readonly deadline?: number;
  /** How many requests may wait for their answer. Default 10 000. */
  readonly most?: number;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const error = (text: string, code: number): Json => ({ error: text, code });
const quote = JSON.stringify;
const TIMED_OUT = error('Request timeout', 408);
const INTERRUPTED = error('interrupted: it was begun before, and whether it was carried out is not known', 500);
const REPEATED = error('it was carried out; its answer is no longer kept', 500);
const OVERLOADED = error('too many requests wait for their answer', 503);
const STOPPED = error('the gateway stopped before the answer came', 503);
/** Nothing deeper can be written as text. */
const DEEPEST = 900;
const TOO_DEEP = error(`the answer is nested deeper than ${DEEPEST} levels`, 500);
const NO_METHOD = error('Method not found', 404);

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
 * | a request `<type>_<method>` | every connector of the type; the first answer counts |
 * | anything else without a device | the source that answers for the gateway |
 *
 * Promises: a request is answered exactly once, by its source or else with an error: 404 where there is no such device, connector or
 * method, 503 where the connector does not run or too many wait, 408 at the deadline. What a source answers after that is dropped and counted.
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
    const { deadline = 10_000, most = 10_000, scheduler = asyncScheduler } = options;
    const directed = new Subject<Directed>();
    const asked = askedAttributes();
    const now = steady(scheduler);
    const book = requests({ deadline, most, now });
    let timer: Subscription | undefined;

    const say = ({ device, id }: Pick<Rpc, 'device' | 'id'>, content: Json, key?: string): void => {
      const reply: Reply = { kind: 'reply', ...(device === undefined ? {} : { device }), id, content };
      const delivered = (): void => (key === undefined ? undefined : journal?.end(key));
      subscriber.next(envelope<Message>(reply, delivered, () => undefined));
    };
    const fail = (request: Request, content: Json): void => {
      if (request.answered) return;
      book.answer(request, content);
      say(request.rpc, content, request.key);
    };
    const arm = (): void => {
      const due = book.nextDue();
      if (due === undefined || timer !== undefined || subscriber.closed) return;
      timer = scheduler.schedule(
        () => {
          timer = undefined;
          for (const { rpc, key } of book.expired()) say(rpc, TIMED_OUT, key);
          arm();
        },
        Math.max(0, due - now()),
      );
    };

    const ofType = (method: string): readonly string[] => {
      const type = method.slice(0, Math.max(0, method.indexOf('_'))).toLowerCase();
      return type === '' ? [] : [...types].filter(([, each]) => each === type).map(([name]) => name);
    };
    const targetsOf = ({ device, method }: Rpc): readonly string[] => {
      if (device === undefined) {
        const names = ofType(method);
        return names.length > 0 || own === undefined ? names : [own];
      }
      const owner = roster.ownerOf(device);
      return owner === undefined ? [] : [owner];
    };
    const refusal = (name: string, why: Parameters<Directed['refuse']>[0]): Json => {
      if (why === 'busy') return OVERLOADED;
      if (why === 'absent' && !types.has(name)) return error(`there is no connector ${quote(name)}`, 404);
      return error(`the connector ${quote(name)} does not run`, 503);
    };

    const request = (rpc: Rpc): void => {
      const key = fingerprint(rpc);
      const before = book.find(key);
      if (before !== undefined) {
        log?.debug('a request came again', { device: rpc.device, id: rpc.id, method: rpc.method });
        if (before.answered) say(rpc, before.content ?? REPEATED, key);
        return;
      }
      if (journal?.isBegun(key) === true) {
        say(rpc, INTERRUPTED, key);
        return;
      }
      const targets = targetsOf(rpc);
      if (targets.length === 0) {
        const { device } = rpc;
        say(rpc, device === undefined ? NO_METHOD : error(`no connector has a device ${quote(device)}`, 404));
        return;
      }
      const begun = book.begin(key, rpc, targets.length);
      if (begun === undefined) {
        say(rpc, OVERLOADED);
        return;
      }
      journal?.begin(key);
      arm();
      const command = begun.given === rpc.id ? rpc : { ...rpc, id: begun.given };
      for (const to of targets)
        directed.next({
          to,
          command,
          isAlive: () => !begun.answered && begun.due > now(),
          refuse: (why) => {
            begun.left -= 1;
            if (begun.left === 0) fail(begun, refusal(to, why));
          },
        });
    };
    const send = (to: string | undefined, command: Command): void => {
      if (to === undefined)
        return log?.debug('a command is for nobody', { kind: command.kind, device: command.device });
      const due = now() + deadline;
      directed.next({ to, command, isAlive: () => due > now(), refuse: () => undefined });
    };
    const values = (command: AttributeValues): void => {
      const who = asked.take(command.id);
      if (who !== undefined) send(who.connector, { ...command, id: who.id });
    };

    const replied = (item: Envelope<Message>, { device, id, content }: Reply): void => {
      const found = book.of(device === GATEWAY_DEVICE ? undefined : device, id);
      if (found === undefined || found.answered) {
        item.ack();
        if (found === undefined || found.targets === 1)
          fact?.({ kind: 'count', who: 'dispatch', counter: 'late', n: 1 });
        return;
      }
      const { rpc, key } = found;
      if (nestedDeeper(content, DEEPEST)) {
        item.ack();
        fail(found, TOO_DEEP);
        return;
      }
      book.answer(found, content);
      const reply: Reply = {
        kind: 'reply',
        ...(rpc.device === undefined ? {} : { device: rpc.device }),
        id: rpc.id,
        content,
      };
      const delivered = (): void => {
        journal?.end(key);
        item.ack();
      };
      subscriber.next(envelope<Message>(reply, delivered, item.nack));
    };

    const up = run(directed).subscribe({
      next: (item) => {
        const { value } = item;
        if (value.kind === 'reply') {
          replied(item, value);
          return;
        }
        roster.learn(value);
        subscriber.next(value.kind === 'attributeRequest' ? replace(item, asked.ask(value)) : item);
      },
      error: (thrown: unknown) => subscriber.error(thrown),
      complete: () => {
        for (const each of book.open()) fail(each, STOPPED);
        subscriber.complete();
      },
    });
    const down = commands.subscribe((command) => {
      if (command.kind === 'rpc') request(withoutStandIn(command));
      else if (command.kind === 'attributeValues') values(command);
      else if (command.device === undefined || command.device === GATEWAY_DEVICE) send(own, command);
      else send(roster.ownerOf(command.device), command);
    });
    return () => {
      down.unsubscribe();
      up.unsubscribe();
      timer?.unsubscribe();
    };
  });
