import type { Rpc } from '../../model/command.js';
import type { Json } from '../../model/message.js';
import { byDeadline } from './by-deadline.js';

/** A request of the platform, from its delivery to its deadline. */
export interface Request {
  readonly key: string;
  /** Whom it asks, and under which id; its parameters may be large and are not kept. */
  readonly rpc: Pick<Rpc, 'device' | 'id'>;
  /** The id that its source was given: the platform's own, unless another request of the device still has it. */
  readonly given: number;
  readonly due: number;
  /** To how many sources it went. */
  readonly targets: number;
  /** How many of them have not refused it. */
  left: number;
  answered: boolean;
  /** What one of several sources gave as the reason why it has no answer; another may still have one. */
  failure?: Json;
  /** What was answered, for a repeated delivery; too much of it is not kept. */
  content?: Json;
  /** Of the content, in characters. */
  size: number;
}

/** The requests of the last while. */
export interface Requests {
  readonly find: (key: string) => Request | undefined;
  /** `wait` is how long until its deadline, in ms. Undefined if too many wait. */
  readonly begin: (key: string, rpc: Rpc, targets: number, wait: number) => Request | undefined;
  /** Whose reply this is: the one that was given this id. */
  readonly of: (device: string | undefined, given: number) => Request | undefined;
  /** A second one takes the place of the first. */
  readonly answer: (request: Request, content: Json) => void;
  /** Forgets those that are due, and returns them. */
  readonly expired: () => readonly Request[];
  /** When the next one is due. */
  readonly nextDue: () => number | undefined;
  /** Those that nobody has answered. */
  readonly open: () => readonly Request[];
}

export interface RequestsOptions {
  /** How many may wait for an answer; twice as many are remembered at all. */
  readonly most: number;
  readonly now: () => number;
  /** Told of an answered request that makes room before its deadline. */
  readonly onForgotten?: (key: string) => void;
}

/** Answers up to so many characters in sum are kept for repeated deliveries. */
const KEPT = 16 * 1024 * 1024;
/** Ids of our own begin here: the platform's count from 0 for each device. */
const OWN_IDS = 1_000_000_000;

const addressOf = (device: string | undefined, id: number): string => `${id}/${device ?? ''}`;
const sizeOf = (content: Json): number =>
  typeof content === 'object' || typeof content === 'string' ? JSON.stringify(content).length : 0;

/**
 * Remembers requests until their deadline, each its own, so that each is carried out once and answered once.
 *
 * Promises: no two of a device that wait, or were given up lately, share the id that their sources know, so no reply is taken for another's; bounded
 * by `most` waiting, twice as many in all, and 16 Mi characters of answers.
 */
export const requests = ({ most, now, onForgotten }: RequestsOptions): Requests => {
  const all = new Map<string, Request>();
  const queue = byDeadline<Request>();
  const given = new Map<string, Request>();
  /** Ids whose request was given up: a reply may still come. */
  const overdue = new Set<string>();
  /** Those whose answer is kept, in the order of their answers. */
  const answered = new Set<Request>();
  let waiting = 0;
  let kept = 0;
  let last = OWN_IDS;

  const forgetContent = (request: Request): void => {
    kept -= request.size;
    request.size = 0;
    delete request.content;
    answered.delete(request);
  };
  const drop = (request: Request): void => {
    all.delete(request.key);
    given.delete(addressOf(request.rpc.device, request.given));
    forgetContent(request);
  };
  const giveUp = (request: Request): void => {
    waiting -= 1;
    overdue.add(addressOf(request.rpc.device, request.given));
    const [oldest] = overdue;
    if (overdue.size > most && oldest !== undefined) overdue.delete(oldest);
  };

  const makeRoom = (): void => {
    if (all.size < 2 * most) return;
    const old = queue.all().find((request) => request.answered);
    if (old === undefined) return;
    queue.remove(old);
    drop(old);
    onForgotten?.(old.key);
  };

  return {
    find: (key) => all.get(key),
    begin: (key, rpc, targets, wait) => {
      if (waiting >= most) return undefined;
      makeRoom();
      const address = addressOf(rpc.device, rpc.id);
      const isFree = !given.has(address) && !overdue.has(address);
      const id = isFree ? rpc.id : (last += 1);
      const request: Request = {
        key,
        rpc: { ...(rpc.device === undefined ? {} : { device: rpc.device }), id: rpc.id },
        given: id,
        due: now() + wait,
        targets,
        left: targets,
        answered: false,
        size: 0,
      };
      all.set(key, request);
      queue.add(request);
      given.set(addressOf(rpc.device, id), request);
      waiting += 1;
      return request;
    },
    of: (device, id) => given.get(addressOf(device, id)),
    answer: (request, content) => {
      if (all.get(request.key) !== request) return;
      if (request.answered) forgetContent(request);
      else waiting -= 1;
      request.answered = true;
      answered.add(request);
      request.content = content;
      request.size = sizeOf(content);
      kept += request.size;
      for (const old of answered) {
        if (kept <= KEPT) break;
        forgetContent(old);
      }
    },
    expired: () => {
      const late = queue.takeDue(now());
      for (const request of late) {
        drop(request);
        if (!request.answered) giveUp(request);
      }
      return late;
    },
    nextDue: () => queue.first()?.due,
    open: () => queue.all().filter((request) => !request.answered),
  };
};
