import { catchError, defer, EMPTY, from, ignoreElements, map, mergeMap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { AttributeUpdate, Command, Rpc } from '../../model/command.js';
import { reasonOf } from '../../model/errors.js';
import { failure } from '../../model/failure.js';
import type { Json, Message } from '../../model/message.js';
import { replyTo } from '../../model/reply-to.js';
import { parsedBody } from '../../operators/extract/parsed-body.js';
import { utf8 } from '../../operators/extract/utf8.js';
import type { Client, Response } from './client.js';
import { attributeUpdates } from './commands/attribute-updates.js';
import { rpcCalls } from './commands/rpc-calls.js';
import { turns } from './commands/turns.js';
import type { RestConfig } from './config.js';
import type { Downs } from './extensions/downs.js';

/** Requests of one attribute update at a time, and of all updates. */
const TOGETHER = 4;
const UPDATES = 64;

const isGood = ({ status }: Response): boolean => status >= 200 && status < 300;

const contentOf = (response: Response): Json => {
  const { status, reason, body } = response;
  if (!isGood(response)) return failure(reason === '' ? `status ${status}` : reason, status);
  return { result: parsedBody(utf8(body)) };
};

/**
 * Handles one command: sends changed attributes and calls to devices, over HTTP. `downOf` gives a rule's converter of the user's own.
 *
 * Promises: a call emits one reply, `{"result": the answer}` (as JSON where it is JSON) or `{"error", "code"}` with the status of another answer than a good one, or errors. An update completes when
 * all its requests are answered or have failed; one that fails is told to `onFailure`, and costs no other. At most 64 requests for updates are under way, the time of the others has not begun.
 */
export const downlink = (
  { requestsMapping }: RestConfig,
  onFailure: (what: { readonly device?: string; readonly why: string }) => void,
  downOf?: Downs['of'],
): ((client: Client, command: Command) => Observable<Message>) => {
  const updatesOf = attributeUpdates(requestsMapping.attributeUpdates, downOf);
  const callOf = rpcCalls(requestsMapping.serverSideRpc, downOf);
  const inTurn = turns(UPDATES);

  const call = (client: Client, rpc: Rpc): Observable<Message> =>
    client.send(callOf(rpc)).pipe(map((response) => replyTo(rpc, contentOf(response))));

  const update = (client: Client, changed: AttributeUpdate): Observable<never> => {
    const { device = '' } = changed;
    const failed = (why: string): void => onFailure({ device, why });
    const calls = updatesOf(changed, (error) => failed(reasonOf(error)));
    if (calls.length === 0) return EMPTY;
    return from(calls).pipe(
      mergeMap(
        (one) =>
          inTurn(client.send(one)).pipe(
            map((response) => {
              if (!isGood(response)) failed(`it answered ${response.status} ${response.reason}`);
            }),
            catchError((error: unknown) => {
              failed(reasonOf(error));
              return EMPTY;
            }),
          ),
        TOGETHER,
      ),
      ignoreElements(),
    );
  };

  return (client, command) =>
    defer((): Observable<Message> => {
      if (command.kind === 'rpc') return call(client, command);
      return command.kind === 'attributeUpdate' ? update(client, command) : EMPTY;
    });
};
