import { catchError, concat, defer, EMPTY, ignoreElements, map, merge, of, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import type { AttributeUpdate, AttributeValues, Command, Rpc } from '../../model/command.js';
import { reasonOf } from '../../model/errors.js';
import type { Json, Message } from '../../model/message.js';
import { replyTo } from '../../model/reply-to.js';
import { RpcError } from '../../model/rpc-error.js';
import type { AttributeAnswers } from './commands/attribute-answers.js';
import { attributeUpdates } from './commands/attribute-updates.js';
import type { MqttConfig } from './config.js';
import type { Downs } from './extensions/made-down.js';
import type { Link } from './connection/link.js';
import type { Publication } from './connection/publication.js';
import { readBody } from './uplink/read-body.js';
import { rpcCalls } from './commands/rpc-calls.js';

/** What the way down needs of the source beside its configuration. */
export interface Downlink {
  /** What devices have asked. */
  readonly answers: Pick<AttributeAnswers, 'answer'>;
  /** The user's own ways down, by the label of their rule. Default: there are none. */
  readonly downs?: Downs;
  /** Told of each message for a device that could not be published; calls tell the platform themselves. */
  readonly onFailure: (why: string) => void;
}

/**
 * Handles one command on one connection: publishes changed attributes and the answers to attribute requests, calls methods.
 *
 * Promises: a call emits one reply or errors; a call without a response topic has succeeded (`{"success": true}`) once it is published. One message that
 * cannot be published costs no other, and an answer that nobody waits for is an error. An update errors with code 503 or 408 when a part of it may not have arrived, after all of it is over.
 */
export const downlink = (
  { broker, requestsMapping }: MqttConfig,
  { answers, downs = new Map(), onFailure }: Downlink,
): ((link: Link, command: Command) => Observable<Message>) => {
  const updatesOf = attributeUpdates(requestsMapping.attributeUpdates, downs);
  const callOf = rpcCalls(requestsMapping.serverSideRpc, downs);

  const contentOf = (payload: Buffer): Json => {
    if (payload.length > broker.maxPayloadBytes)
      throw new RpcError(500, `the device's answer of ${payload.length} bytes is larger than maxPayloadBytes`);
    return readBody(payload).value;
  };
  const call = (link: Link, rpc: Rpc): Observable<Message> => {
    const { publication, response } = callOf(rpc);
    return response === undefined
      ? concat(link.publish(publication, { urgent: true }), of(replyTo(rpc, { success: true })))
      : link.call(publication, response).pipe(map((payload) => replyTo(rpc, contentOf(payload))));
  };
  const failed = (error: unknown): Observable<never> => {
    onFailure(reasonOf(error));
    return EMPTY;
  };
  /** The connection was lost, or the broker says nothing: `serve` has the update published again. */
  const isLost = (error: unknown): error is RpcError =>
    error instanceof RpcError && (error.code === 503 || error.code === 408);
  const update = (link: Link, changed: AttributeUpdate): Observable<never> =>
    defer(() => {
      let lost: RpcError | undefined;
      const publish = (publication: Publication): Observable<never> =>
        link.publish(publication).pipe(
          catchError((error: unknown) => {
            if (!isLost(error)) return failed(error);
            lost = error;
            return EMPTY;
          }),
        );
      // It goes back when none of it is under way any more, or what is left of it would come after what is newer.
      return concat(
        merge(...updatesOf(changed, failed).map(publish)),
        defer(() => (lost === undefined ? EMPTY : throwError(() => lost))),
      );
    });
  const answer = (link: Link, values: AttributeValues): Observable<never> => {
    const publication = answers.answer(values);
    if (publication === undefined) throw new RpcError(404, 'the device does not wait for this answer');
    return link.publish(publication);
  };

  return (link, command) =>
    defer((): Observable<Message> => {
      if (command.kind === 'rpc') return call(link, command);
      const silent = command.kind === 'attributeUpdate' ? update(link, command) : answer(link, command);
      return silent.pipe(ignoreElements());
    });
};
