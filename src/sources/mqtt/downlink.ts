import { catchError, concat, defer, EMPTY, ignoreElements, map, merge, of } from 'rxjs';
import type { Observable } from 'rxjs';
import type { AttributeUpdate, AttributeValues, Command, Rpc } from '../../model/command.js';
import { reasonOf } from '../../model/errors.js';
import type { Json, Message } from '../../model/message.js';
import { replyTo } from '../../model/reply-to.js';
import { RpcError } from '../../model/rpc-error.js';
import type { AttributeAnswers } from './attribute-answers.js';
import { attributeUpdates } from './attribute-updates.js';
import type { MqttConfig } from './config.js';
import type { Link } from './link.js';
import { readBody } from './read-body.js';
import { rpcCalls } from './rpc-calls.js';

/** What the way down needs of the source beside its configuration. */
export interface Downlink {
  /** What devices have asked. */
  readonly answers: Pick<AttributeAnswers, 'answer'>;
  /** Told of each message for a device that could not be published; calls tell the platform themselves. */
  readonly onFailure: (why: string) => void;
}

/**
 * Handles one command on one connection: publishes changed attributes and the answers to attribute requests, calls methods.
 *
 * Promises: a call emits one reply or errors; a call without a response topic has succeeded (`{"success": true}`) once it is published. One message that
 * cannot be published costs no other.
 */
export const downlink = (
  { broker, requestsMapping }: MqttConfig,
  { answers, onFailure }: Downlink,
): ((link: Link, command: Command) => Observable<Message>) => {
  const updatesOf = attributeUpdates(requestsMapping.attributeUpdates);
  const callOf = rpcCalls(requestsMapping.serverSideRpc);

  const contentOf = (payload: Buffer): Json => {
    if (payload.length > broker.maxPayloadBytes)
      throw new RpcError(500, `the device's answer of ${payload.length} bytes is larger than maxPayloadBytes`);
    return readBody(payload).value;
  };
  const call = (link: Link, rpc: Rpc): Observable<Message> => {
    const { publication, response } = callOf(rpc);
    return response === undefined
      ? concat(link.publish(publication), of(replyTo(rpc, { success: true })))
      : link.call(publication, response).pipe(map((payload) => replyTo(rpc, contentOf(payload))));
  };
  const failed = (error: unknown): Observable<never> => {
    onFailure(reasonOf(error));
    return EMPTY;
  };
  /** The connection was lost: `serve` has it wait for the next one. */
  const isLost = (error: unknown): boolean => error instanceof RpcError && error.code === 503;
  const update = (link: Link, changed: AttributeUpdate): Observable<never> =>
    merge(
      ...updatesOf(changed, failed).map((publication) =>
        link.publish(publication).pipe(
          catchError((error: unknown) => {
            if (isLost(error)) throw error;
            return failed(error);
          }),
        ),
      ),
    );
  const answer = (link: Link, values: AttributeValues): Observable<never> => {
    const publication = answers.answer(values);
    return publication === undefined ? EMPTY : link.publish(publication);
  };

  return (link, command) =>
    defer((): Observable<Message> => {
      if (command.kind === 'rpc') return call(link, command);
      const silent = command.kind === 'attributeUpdate' ? update(link, command) : answer(link, command);
      return silent.pipe(ignoreElements());
    });
};
