// A connector of one's own: devices behind a TCP port say `boiler temperature=21.5`, and answer `? 7 boiler set 22` with `! 7 done`.
import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import * as t from 'io-ts';
import { BehaviorSubject, EMPTY, Observable, Subject, defer, filter, finalize, map, merge, take, tap } from 'rxjs';
import { ConnectionError, customConnector, serve, supervise, untilAsked } from 'tributary-gateway';
import type { Command, Message, Said } from 'tributary-gateway';

/** One connection: emits its lines, and errors when it is lost. */
const lines = (host: string, port: number, onUp: (socket: Socket) => void): Observable<string> =>
  new Observable((subscriber) => {
    const lost = (why: string): void => subscriber.error(new ConnectionError('BROKER_UNREACHABLE', why));
    const socket = createConnection({ host, port }, () => onUp(socket));
    socket.on('error', (error) => lost(error.message)).on('close', () => lost('the device has gone'));
    createInterface({ input: socket }).on('line', (line) => subscriber.next(line));
    return () => void socket.destroy();
  });

/** What is no number costs its line: the gateway counts it as failed and goes on. */
const said = (line: string): Said => {
  const [deviceName = '', ...pairs] = line.split(' ');
  return {
    deviceName,
    telemetry: Object.fromEntries(pairs.map((pair) => pair.split('=')).map(([k, v]) => [k, Number(v)])),
  };
};

export default customConnector({
  config: t.type({ host: t.string, port: t.number }),
  open:
    ({ host, port }, context) =>
    (commands) => {
      const sockets = new BehaviorSubject<Socket | undefined>(undefined);
      const answers = new Subject<string>();
      const call = (socket: Socket, command: Command): Observable<Message> => {
        if (command.kind !== 'rpc') return EMPTY;
        const { id, device = '', params } = command;
        // A name may hold anything, and must not end the line.
        const [to, method] = [device, command.method].map(encodeURIComponent);
        const content = answers.pipe(
          filter((line) => line.startsWith(`! ${id} `)),
          take(1),
          map((line) => line.split(' ')[2]!),
        );
        return defer(() => (socket.write(`? ${id} ${to} ${method} ${JSON.stringify(params)}\n`), content)).pipe(
          map((content): Message => ({ kind: 'reply', device, id, content })),
        );
      };
      const received = supervise({ context })((connected) =>
        lines(host, port, (socket) => (connected(), sockets.next(socket))).pipe(
          finalize(() => sockets.next(undefined)),
        ),
      ).pipe(
        tap((line) => answers.next(line)),
        filter((line) => !line.startsWith('!')),
        map(said),
        untilAsked(commands),
      );
      return merge(serve(commands, sockets, call, { name: context.name }), received);
    },
});
