import type { Rpc } from '../../model/command.js';
import { envelope } from '../../model/envelope.js';
import type { Envelope, Nack } from '../../model/envelope.js';
import { Refused } from '../../model/errors.js';
import { GATEWAY_DEVICE } from '../../model/message.js';
import type { Json, Message, Reply } from '../../model/message.js';
import { replyTo } from '../../model/reply-to.js';
import { nestedDeeper } from '../extract/nested-deeper.js';
import { apologies } from './apologies.js';
import { isFailure } from './is-failure.js';
import type { Journal } from './journal.js';
import type { Request, Requests } from './requests.js';

export interface AnsweringOptions {
  readonly book: Requests;
  readonly journal: Journal | undefined;
  readonly now: () => number;
  /** As in `dispatch`: when an answer is due to a request that is in no book. */
  readonly deadline: number;
  /** Told of each answer that comes, or leaves, too late. */
  readonly late: () => void;
  readonly out: (answer: Envelope<Message>) => void;
}

/** How an answer ends its request, and until when it is worth sending. */
type Said = Partial<Pick<Request, 'key' | 'due'>>;

/** What the platform is answered. */
export interface Answering {
  /** An answer of the gateway's own. With a `key` the platform's acknowledgement ends the request in the journal. */
  readonly say: (to: Pick<Rpc, 'device' | 'id'>, content: Json, said?: Said) => void;
  /** The same to a request that is in the book and has no answer. */
  readonly fail: (request: Request, content: Json) => void;
  /** What a source answers. */
  readonly replied: (item: Envelope<Message>, reply: Reply) => void;
}

/** An answer is worth sending for so long at least, in ms: also the one that says that the time is over. */
const LEAST = 1_000;

/**
 * Answers requests: under the id that the platform gave, once, and for as long as it waits.
 *
 * Promises: an answer to no request that waits is acknowledged and dropped. One that is nested too deeply is an error; so is what follows an answer that
 * the platform has refused. Of several sources an error counts only if it is the last answer.
 */
export const answering = ({ book, journal, now, deadline, late, out }: AnsweringOptions): Answering => {
  const lifetime = (due: number): number => Math.max(LEAST, due - now());
  const say: Answering['say'] = (to, content, { key, due = now() + deadline } = {}) => {
    const delivered = (): void => (key === undefined ? undefined : journal?.end(key));
    out(envelope<Message>(replyTo(to, content, lifetime(due)), delivered, late));
  };
  const fail: Answering['fail'] = (request, content) => {
    if (request.answered || book.find(request.key) !== request) return;
    book.answer(request, content);
    say(request.rpc, content, request);
  };
  const pass = (item: Envelope<Message>, request: Request, content: Json): void => {
    const { rpc, key, due } = request;
    book.answer(request, content);
    const delivered = (): void => {
      journal?.end(key);
      item.ack();
    };
    const returned = (why: Nack): void => {
      if (why instanceof Refused) {
        const instead = apologies.untaken(why.message);
        book.answer(request, instead);
        say(rpc, instead, request);
      } else late();
      item.nack(why);
    };
    out(envelope<Message>(replyTo(rpc, content, lifetime(due)), delivered, returned));
  };
  return {
    say,
    fail,
    replied: (item, { device, id, content }) => {
      const found = book.of(device === GATEWAY_DEVICE ? undefined : device, id);
      if (found === undefined || found.answered) {
        item.ack();
        if (found === undefined || found.targets === 1) late();
      } else if (nestedDeeper(content, apologies.deepest)) {
        item.ack();
        fail(found, apologies.tooDeep);
      } else if (found.left > 1 && isFailure(content)) {
        item.ack();
        found.left -= 1;
        found.failure = content;
      } else pass(item, found, content);
    },
  };
};
