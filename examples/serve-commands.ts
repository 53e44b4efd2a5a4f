// A source that serves commands: a valve that can be turned. Run: npx tsx examples/serve-commands.ts
import { EMPTY, identity, map, merge, of, take, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { RpcError, consoleSink, enclose, pipeline, serve } from 'tributary-gateway';
import type { Command, Message, Rpc, Sink, Source } from 'tributary-gateway';

/** What a connection to the valve can do. */
interface Valve {
  readonly turn: (percent: number) => Observable<number>;
}
/** The connection takes its time. One that is lost says `undefined`, and the next one comes the same way. */
const connections: Observable<Valve> = timer(200).pipe(map(() => ({ turn: (percent) => of(percent) })));

/** One answer to a call; nothing for what the valve does not care for. */
const handle = (valve: Valve, command: Command): Observable<Message> => {
  if (command.kind !== 'rpc') return EMPTY;
  const { device = '', id, method, params } = command;
  if (method !== 'turn') throw new RpcError(404, `a valve cannot ${method}`);
  if (typeof params !== 'number') throw new RpcError(400, 'turn takes a number of percent');
  return valve.turn(params).pipe(map((position) => ({ kind: 'reply', device, id, content: { position } })));
};
const valves: Source = (commands) => {
  const here: Message = { kind: 'connected', device: 'Valve', profile: 'valve' };
  return merge(of(here), serve(commands, connections, handle, { name: 'valves' })).pipe(enclose());
};

const call = (id: number, method: string): Rpc => ({ kind: 'rpc', device: 'Valve', id, method, params: 40 });
const print = consoleSink((line) => void process.stdout.write(line));
/** In place of the platform: asks for two things, and prints what comes. */
const platform: Sink = (messages) =>
  merge(
    print(messages),
    timer(50, 50).pipe(
      take(2),
      map((n) => call(n, ['turn', 'fly'][n] ?? '')),
    ),
  );

pipeline({ sources: { valves }, through: identity, sink: platform, until: timer(500) }).subscribe();
