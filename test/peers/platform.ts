import { createServer as createPlain, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createSecure } from 'node:tls';
import type { PlatformOptions, Push, Respond } from './platform/contract.js';
import { gatewayTopics } from './platform/gateway-topics.js';
import type { Hub } from './platform/hub.js';
import { ownTopics } from './platform/own-topics.js';
import { rateLimits } from './platform/rate-limits.js';
import { records as makeRecords } from './platform/records.js';
import { session, type Session } from './platform/session.js';
import { waiting } from './platform/waiting.js';

const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

/**
 * Starts a ThingsBoard platform endpoint: MQTT 3.1.1 and 5, strict as the platform's MQTT contract says, scriptable in its faults, and
 * open to look into. Whatever a correct gateway would never do is written to `violations` (each distinct text once; `violationCounts`
 * has the numbers). Shares no code with the gateway.
 */
export const startPlatform = async (given: PlatformOptions = {}) => {
  const options: Hub['options'] = { ...given };
  const host = options.host ?? '127.0.0.1';
  const records = makeRecords();
  const violationCounts = new Map<string, number>();
  const violations: string[] = [];
  const sessions = new Map<Socket, Session>();
  let connections = 0;
  let port = options.port ?? 0;
  let listening = false;

  const violate = (text: string): void => {
    const count = violationCounts.get(text) ?? 0;
    if (count === 0) violations.push(text);
    violationCounts.set(text, count + 1);
  };
  const { until, changed } = waiting(
    () =>
      `${connections} connections, ${sessions.size} live, ${hub.published} publishes, ${records.arrivals.length} arrivals` +
      (violations.length === 0 ? '' : `, violations: ${violations.slice(0, 5).join(' | ')}`),
  );
  const scene = { options, records, violate };
  const gateway = gatewayTopics(scene);
  const own = ownTopics(scene);
  const hub: Hub = {
    options,
    refusal: undefined,
    hung: false,
    current: undefined,
    published: 0,
    log: [],
    connects: [],
    subscriptions: [],
    pushes: [],
    withheld: [],
    violate,
    changed,
    allow: { own: rateLimits(options.limits?.own), gateway: rateLimits(options.limits?.gateway) },
    decide: (topic, ...rest) => (topic.startsWith('v1/gateway/') ? gateway : own)(topic, ...rest),
  };

  const attend = (socket: Socket): void => {
    connections += 1;
    const made = session(socket, connections, hub);
    sessions.set(socket, made);
    socket.once('close', () => sessions.delete(socket));
    if (hub.hung) made.pause();
    changed();
  };
  const server: Server = options.tls === undefined ? createPlain(attend) : createSecure(options.tls, attend);
  const raw = new Set<Socket>();
  server.on('connection', (socket) => {
    raw.add(socket);
    socket.once('close', () => raw.delete(socket));
  });
  server.on('tlsClientError', () => undefined);

  const comeBack = async (): Promise<void> => {
    if (listening) return;
    port = await listen(server, host, port);
    listening = true;
  };
  const goAway = async (): Promise<void> => {
    if (!listening) return;
    listening = false;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of raw) socket.destroy();
    await closed;
  };
  const push = (topic: string, payload: unknown): Push => {
    if (hub.current === undefined) throw new Error(`no session to push ${topic} to`);
    const sent = hub.current.push(topic, typeof payload === 'string' ? payload : JSON.stringify(payload));
    hub.pushes.push(sent);
    return sent;
  };

  await comeBack();
  return {
    get port() {
      return port;
    },
    options,
    devices: records.devices,
    /** The record of a device, made if there is none: as if it had been connected before. */
    device: records.device,
    arrivals: records.arrivals,
    ownArrivals: records.ownArrivals,
    own: records.own,
    log: hub.log,
    connects: hub.connects,
    subscriptions: hub.subscriptions,
    pushes: hub.pushes,
    violations,
    violationCounts,
    connections: () => connections,
    published: () => hub.published,
    /** The live authenticated session's connection number and the devices open on it. */
    live: () => (hub.current === undefined ? undefined : { connection: hub.current.id, open: hub.current.link.open }),
    until,
    /** Decides the fate of each publish from now on; undefined ends that. */
    respond: (respond: Respond | undefined) => {
      if (respond === undefined) delete options.respond;
      else options.respond = respond;
    },
    pubackDelay: (ms: number) => void (options.pubackDelayMs = ms),
    /** Refuses every CONNECT with this MQTT 5 reason (133 to 136, 159); undefined ends that. */
    refuse: (reason: number | undefined) => void (hub.refusal = reason),
    /** Sends the withheld PUBACKs and says how many still had a connection to go to. */
    release: () => hub.withheld.splice(0).filter((send) => send()).length,
    /** Ends the live session with this DISCONNECT code (a bare close on 3.1.1). */
    kick: (code = 131) => hub.current?.end(code),
    /** A QoS 1 downlink to the live session; anything but a string is sent as JSON. */
    push,
    goAway,
    comeBack,
    /** Sockets stay open, nothing is read or answered. */
    hang: () => {
      hub.hung = true;
      for (const made of sessions.values()) made.pause();
    },
    unhang: () => {
      hub.hung = false;
      for (const made of sessions.values()) made.resume();
    },
    close: goAway,
  };
};

export type Platform = Awaited<ReturnType<typeof startPlatform>>;
