import type { SchedulerLike } from 'rxjs';
import { envelope, split } from '../../model/envelope.js';
import type { Envelope, Nack } from '../../model/envelope.js';
import { reasonOf, Unavailable } from '../../model/errors.js';
import type { AttributeValues, Command } from '../../model/command.js';
import type { Json, Message, Values } from '../../model/message.js';
import { textOf } from '../../operators/extract/text-of.js';
import { nextRequestId } from '../../operators/next-request-id.js';
import { waits } from './commands/waits.js';
import type { AttributeRequestRule } from './config/attribute-request.js';
import type { Mapping } from './config/mapping.js';
import type { Answer, Exchange } from './server/exchange.js';
import { failedAnswer } from './server/failed-answer.js';
import { HttpError } from './server/http-error.js';
import type { Said, Uplink } from './uplink.js';
import type { Question } from './uplink/attribute-question.js';

/** What an endpoint's method stands for: data, or a question for attributes. */
export type Rule =
  | { readonly kind: 'data'; readonly mapping: Mapping; readonly read: Uplink }
  | {
      readonly kind: 'question';
      readonly rule: AttributeRequestRule;
      readonly read: (received: Exchange<Rule>['received']) => Question;
    };

export interface DeskOptions {
  /** Milliseconds that a request waits for its data to be on disk. */
  readonly storageTimeout: number;
  readonly messageOf: (said: Said) => Message;
  /** A request could not be read. */
  readonly onBad: (endpoint: string, why: string) => void;
  /** What a request said was not taken. */
  readonly onReturned: (endpoint: string, why: Nack) => void;
  readonly scheduler: SchedulerLike;
}

/** Where requests are answered. */
export interface Desk {
  /** What a request says. Its answer follows what becomes of that. */
  readonly take: (exchange: Exchange<Rule>) => readonly Envelope<Message>[];
  /** Shows it what comes from the platform: somebody may wait for it. */
  readonly hear: (command: Command) => void;
  /** No more comes from the platform: whoever waits for it is answered 503. */
  readonly end: () => void;
}

/** Characters of a reason: it may quote what was sent. */
const REASON = 300;

const isJson = (value: unknown): value is Json => value !== undefined;
const configured = (body: unknown): Json | undefined => (isJson(body) ? body : undefined);

/** Nobody can store it, ever: 413 where it is too large. Anything else may be taken later, or was wrong. */
const statusOf = (why: Nack): number => {
  if (why instanceof Unavailable || why.code === 'TOO_FAST') return 503;
  return why.code === 'MESSAGE_TOO_LARGE' ? 413 : 400;
};

/** Where somebody waits for an attribute, or for the answer to a question, of a device. */
const place = (device: string, what: string): string => JSON.stringify([device, what]);

const valuesOf = ({ values, value }: AttributeValues, [first = '']: readonly string[]): Values =>
  value === undefined ? (values ?? {}) : Object.fromEntries([[first, value]]);

/**
 * Answers requests.
 *
 * | the request | its answer |
 * |---|---|
 * | cannot be read | the HttpError's own status, with the reason |
 * | its data is acknowledged | 200; with `responseExpected` the next value of its attribute and device, 408 if there is none in time |
 * | its data comes back as `Unavailable` | 503, with `Retry-After` |
 * | … as `Refused` | 413 if it is too large, else 400 with the reason |
 * | is not settled within `storageTimeout` | 503, with `Retry-After`; it may be stored all the same |
 * | asks for attributes | 200 with the object of those that there are, 408 if the platform does not answer in time |
 *
 * Promises: 200 never before the acknowledgement. Each request is released once, when what it said is settled: not before, for until then it lies in memory. Those that wait for the
 * same attribute of a device get its values in the order in which they came; one whose sender has gone gets none.
 */
export const desk = ({ storageTimeout, messageOf, onBad, onReturned, scheduler }: DeskOptions): Desk => {
  const responses = waits<Json>(scheduler);
  const questions = waits<AttributeValues>(scheduler);

  const data = (exchange: Exchange<Rule>, mapping: Mapping, said: readonly Said[]): readonly Envelope<Message>[] => {
    const { respond, release, onClosed } = exchange;
    const { response, endpoint } = mapping;
    const unsuccessful = configured(response.unsuccessfulResponse);
    const no = (status: number, why: string): void => respond(failedAnswer(status, why, unsuccessful));
    let stored = false;
    let found: Answer | undefined;
    let giveUp = (): void => undefined;
    const { responseAttribute: attribute } = response;
    const [first] = said;
    if (response.responseExpected && attribute !== undefined && first !== undefined) {
      giveUp = responses.add(place(first.device, attribute), {
        ms: response.timeout * 1_000,
        onValue: (value) => {
          found = { status: 200, body: textOf(value) };
          if (stored) respond(found);
        },
        onLate: () => no(408, `no value of ${attribute} came in time`),
        onEnd: () => no(503, 'the gateway is stopping'),
      });
      onClosed(giveUp);
    } else {
      const body = configured(response.successResponse);
      found = { status: 200, ...(body === undefined ? {} : { body }) };
    }
    const late = scheduler.schedule(() => {
      giveUp();
      no(503, 'the data is not on disk yet');
    }, storageTimeout);
    const settled = (): void => {
      late.unsubscribe();
      release();
    };
    const parent = envelope(
      exchange,
      () => {
        settled();
        stored = true;
        if (found !== undefined) respond(found);
      },
      (why) => {
        settled();
        giveUp();
        onReturned(endpoint, why);
        no(statusOf(why), why.message);
      },
    );
    return split(parent, said.map(messageOf));
  };

  const question = (
    { respond, release, onClosed }: Exchange<Rule>,
    rule: AttributeRequestRule,
    { device, keys }: Question,
  ): readonly Envelope<Message>[] => {
    const id = nextRequestId();
    const giveUp = questions.add(place(device, String(id)), {
      ms: rule.timeout * 1_000,
      onValue: (values) => respond({ status: 200, body: valuesOf(values, keys) }),
      onLate: () => respond(failedAnswer(408, 'the platform did not answer in time')),
      onEnd: () => respond(failedAnswer(503, 'the gateway is stopping')),
    });
    onClosed(giveUp);
    const message: Message = { kind: 'attributeRequest', device, id, scope: rule.type, keys };
    return [
      envelope(message, release, (why) => {
        release();
        giveUp();
        onReturned(rule.endpoint, why);
        respond(failedAnswer(statusOf(why), why.message));
      }),
    ];
  };

  const bad = (
    { respond, release }: Exchange<Rule>,
    error: unknown,
    { endpoint, body }: { readonly endpoint: string; readonly body?: Json | undefined },
  ): readonly Envelope<Message>[] => {
    release();
    const why = reasonOf(error).slice(0, REASON);
    onBad(endpoint, why);
    // Reading is a pure function of what was sent: whatever it throws is about that.
    respond(failedAnswer(error instanceof HttpError ? error.status : 400, why, body));
    return [];
  };
  const takeData = (exchange: Exchange<Rule>, { mapping, read }: Rule & { readonly kind: 'data' }) => {
    let said: readonly Said[];
    try {
      said = read(exchange.received, scheduler.now());
    } catch (error) {
      const body = configured(mapping.response.unsuccessfulResponse);
      return bad(exchange, error, { endpoint: mapping.endpoint, body });
    }
    return data(exchange, mapping, said);
  };
  const takeQuestion = (exchange: Exchange<Rule>, { rule, read }: Rule & { readonly kind: 'question' }) => {
    let asked: Question;
    try {
      asked = read(exchange.received);
    } catch (error) {
      return bad(exchange, error, { endpoint: rule.endpoint });
    }
    return question(exchange, rule, asked);
  };

  return {
    take: (exchange) => {
      const { rule } = exchange;
      return rule.kind === 'data' ? takeData(exchange, rule) : takeQuestion(exchange, rule);
    },
    hear: (command) => {
      if (command.kind === 'attributeValues') questions.tell(place(command.device ?? '', String(command.id)), command);
      else if (command.kind === 'attributeUpdate')
        for (const [key, value] of Object.entries(command.values))
          responses.tell(place(command.device ?? '', key), value);
    },
    end: () => {
      responses.end();
      questions.end();
    },
  };
};
