import { NEVER, Observable, Subject, Subscription, asyncScheduler, map, of, startWith, switchMap, timer } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { AttributeUpdate, AttributeValues, Command } from '../model/command.js';
import type { Log, Sink } from '../model/component.js';
import { envelope } from '../model/envelope.js';
import type { Envelope, Nack } from '../model/envelope.js';
import { Refused } from '../model/errors.js';
import { GATEWAY_DEVICE } from '../model/message.js';
import type { Message } from '../model/message.js';
import type { Device } from './ask-shared/device.js';
import { hasSpoken } from './ask-shared/has-spoken.js';
import { newsIn } from './ask-shared/news-in.js';
import type { Asked } from './ask-shared/news-in.js';

/** Who wants to know what, and when it is asked. */
export interface AskShared {
  /** Names of the shared attributes that a device of this connector wants to be told. Asked once for each device of a connector that comes. */
  readonly keysOf: (device: string, connector: string) => readonly string[];
  /** Whether the platform is connected; each `true` is another connection. */
  readonly online: Observable<boolean>;
  /** The devices that this command says no longer exist. Default: none. */
  readonly gone?: (command: Command) => readonly string[];
  /** Names connectors that begin anew: their devices may want others, and have missed what was on its way. Default: none does. */
  readonly anew?: Observable<string>;
  /** How long a connection must have stood before anything is asked, in ms: the end of a shorter one shall not be blamed on it. Default 1000. */
  readonly after?: number;
  /** How many questions may be open at a time. Default 8. */
  readonly most?: number;
  /** How long a question that has arrived waits for its answer, and one that could not leave for its next try, in ms. Default 20 000. */
  readonly deadline?: number;
  /** Told of questions that are refused. Default: nobody is told. */
  readonly log?: Log;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

interface Question extends Asked {
  readonly device: Device;
  readonly overtaken: Set<string>;
  /** On its way, arrived, or given back because it could not leave. */
  state: 'leaving' | 'asked' | 'back';
  timer?: Subscription;
}

/**
 * Stands around a sink and asks the platform for the shared attributes of each device that comes, for they may have changed while it was away. The
 * answer goes back as an {@link AttributeUpdate}, as if the platform had pushed it.
 *
 * ```
 * messages  -a---a------------a---     a: data of device a
 * online    ------t-----------t---     t: a connection
 * questions --------q-----------q-
 * answers   ----------r-----------
 * commands  ----------u-----------
 * ```
 *
 * Promises: once for each device and connection, again when the device has left and come back, once for each connector that speaks for it, and again when that has begun anew. What the platform does not
 * have is no update, and neither is what a pushed update has overtaken. Only `most` questions are open, and they are `idle`: they wait for the
 * device's announcement and delay nobody. A question that the platform refuses is not asked again before its device comes anew; one without an answer, not on
 * this connection. Nothing is stored. Source: core specification, §13; the platform's MQTT contract, §5.5, §6.1.
 */
export const askShared =
  ({
    keysOf,
    online,
    gone = () => [],
    anew = NEVER,
    after = 1_000,
    most = 8,
    deadline = 20_000,
    log,
    scheduler = asyncScheduler,
  }: AskShared): ((sink: Sink) => Sink) =>
  (sink) =>
  (messages) =>
    new Observable<Command>((out) => {
      const all = new Subscription();
      const asks = new Subject<Envelope<Message>>();
      /** By name: of each connector that has spoken for it. */
      const known = new Map<string, readonly Device[]>();
      const waiting = new Set<Device>();
      const open = new Map<number, Question>();
      let isOnline = false;
      let last = 0;

      const isKnown = (device: Device): boolean => known.get(device.name)?.includes(device) === true;
      const close = (id: number): void => {
        open.get(id)?.timer?.unsubscribe();
        open.delete(id);
      };
      const forget = (name: string): void => {
        known.get(name)?.forEach((device) => waiting.delete(device));
        known.delete(name);
      };
      const want = (device: Device): void => {
        if (!isOnline || device.refused || device.keys.length === 0) return;
        device.due = [device.keys];
        waiting.add(device);
      };
      const again = (device: Device): void => {
        if (isOnline && !device.refused && isKnown(device) && device.due.length > 0) waiting.add(device);
      };

      const settleLater = (id: number, question: Question, state: 'asked' | 'back'): void => {
        if (open.get(id) !== question) return;
        question.state = state;
        const { device, keys } = question;
        question.timer = scheduler.schedule(() => {
          close(id);
          if (state === 'back') device.due.unshift(keys);
          else log?.debug('the platform gave no answer to a question for shared attributes', { device: device.name });
          again(device);
          pump();
        }, deadline);
        all.add(question.timer);
      };
      const returned = (id: number, question: Question, why: Nack): void => {
        const { device } = question;
        const isFinal = why instanceof Refused;
        if (isFinal) {
          device.refused = true;
          log?.warn('shared attributes of a device cannot be asked for', { device: device.name, why: why.message });
        }
        if (!isFinal && isKnown(device)) {
          settleLater(id, question, 'back');
          return;
        }
        close(id);
        pump();
      };
      const ask = (device: Device): void => {
        const keys = device.due.shift() ?? device.keys;
        // Sources count upwards: no answer is taken for one of theirs.
        const id = (last -= 1);
        const question: Question = { device, keys, overtaken: new Set(), state: 'leaving' };
        open.set(id, question);
        asks.next(
          envelope<Message>(
            { kind: 'attributeRequest', device: device.name, id, scope: 'shared', keys, idle: true },
            () => settleLater(id, question, 'asked'),
            (why) => returned(id, question, why),
          ),
        );
      };
      const pump = (): void => {
        for (const device of waiting) {
          if (open.size >= most) return;
          waiting.delete(device);
          ask(device);
        }
      };

      const come = (name: string, connector: string): void => {
        const others = known.get(name)?.filter((one) => one.connector !== connector) ?? [];
        const device: Device = { name, connector, keys: keysOf(name, connector), due: [], refused: false };
        known.set(name, [...others, device]);
        want(device);
        pump();
      };
      const look = (message: Message): void => {
        if (message.kind === 'disconnected') forget(message.device);
        if (message.kind !== 'data' && message.kind !== 'connected') return;
        const { device: name, connector = '' } = message;
        if (name !== GATEWAY_DEVICE && !hasSpoken(connector, known.get(name))) come(name, connector);
      };
      const begin = (connector: string): void => {
        for (const each of [...known.values()].flat().filter((it) => it.connector === connector)) {
          waiting.delete(each);
          come(each.name, connector);
        }
      };
      const connection = (isUp: boolean): void => {
        isOnline = isUp;
        waiting.clear();
        if (!isUp) return;
        const leaving = new Set<Device>();
        for (const [id, { state, device, keys }] of open) {
          if (state !== 'leaving') close(id);
          // Else the sink takes it to this connection.
          else device.due = keys === device.keys ? [] : [device.keys];
          if (state === 'leaving') leaving.add(device);
        }
        for (const device of [...known.values()].flat()) if (!leaving.has(device)) want(device);
        pump();
      };

      const answered = (answer: AttributeValues): void => {
        const question = open.get(answer.id);
        if (question === undefined) return;
        close(answer.id);
        const { device, keys } = question;
        if (!isKnown(device)) return;
        const news = newsIn(answer, question);
        // Whose value it is shows when each is asked for by itself.
        if (news === undefined) device.due.push(...keys.map((key) => [key]));
        again(device);
        if (news === undefined || Object.keys(news).length === 0) return;
        out.next({ kind: 'attributeUpdate', device: device.name, values: news, deleted: [] });
      };
      const overtake = ({ device, values, deleted }: AttributeUpdate): void => {
        for (const question of open.values()) {
          if (question.device.name !== device) continue;
          for (const key of [...Object.keys(values), ...deleted]) question.overtaken.add(key);
        }
      };
      const back = (command: Command): void => {
        if (command.kind === 'attributeValues' && command.id < 0 && command.connector === undefined) {
          answered(command);
          pump();
          return;
        }
        if (command.kind === 'attributeUpdate') overtake(command);
        gone(command).forEach(forget);
        out.next(command);
      };

      const inward = new Observable<Envelope<Message>>((to) => {
        to.add(asks.subscribe((item) => to.next(item)));
        to.add(
          messages.subscribe({
            next: (item) => {
              to.next(item);
              look(item.value);
            },
            error: (error: unknown) => to.error(error),
            complete: () => to.complete(),
          }),
        );
      });
      const standing = online.pipe(
        switchMap((isUp) =>
          isUp
            ? timer(after, scheduler).pipe(
                map(() => true),
                startWith(false),
              )
            : of(false),
        ),
      );
      all.add(anew.subscribe(begin));
      all.add(standing.subscribe({ next: connection, error: (error: unknown) => out.error(error) }));
      all.add(
        sink(inward).subscribe({
          next: back,
          error: (error: unknown) => out.error(error),
          complete: () => out.complete(),
        }),
      );
      return all;
    });
