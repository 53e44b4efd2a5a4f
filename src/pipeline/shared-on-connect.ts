import { Subject, filter, identity, map } from 'rxjs';
import type { Observable } from 'rxjs';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { Context, Log, Sink } from '../model/component.js';
import type { Fact } from '../model/fact.js';
import { askShared } from '../operators/ask-shared.js';
import { deletedDevices } from '../sinks/thingsboard/deleted-devices.js';

/** The shared attributes that devices are told when they connect. */
export interface SharedOnConnect {
  /** With what a connector of this name can say which ones. Nothing, where the configuration does not want it. */
  readonly hears: (connector: string) => Pick<Context, 'wants'>;
  /** The connector of this name has begun anew: its devices are told once more. */
  readonly begins: (connector: string) => void;
  /** Around the sink, once all connectors are opened. If none has said anything, and none will, it is the sink itself. */
  readonly around: (sink: Sink) => Sink;
}

interface Surroundings {
  readonly facts: Observable<Fact>;
  /** Whether messages go to the platform of the configuration. No other sink is asked anything. */
  readonly isPlatform: boolean;
  /** Whether connectors may come or be configured anew while they run. Default: they do not. */
  readonly mayChange?: boolean;
  readonly log: Log;
}

/** Wires `syncDevicesSharedAttributesOnConnect`: what connectors want, whether the platform is connected, and which devices it has deleted. */
export const sharedOnConnect = (
  { thingsboard }: Pick<GatewayConfig, 'thingsboard'>,
  { facts, isPlatform, mayChange = false, log }: Surroundings,
): SharedOnConnect => {
  const isAsked = isPlatform && thingsboard.syncDevicesSharedAttributesOnConnect;
  const wanted = new Map<string, (device: string) => readonly string[]>();
  const anew = new Subject<string>();
  const online = facts.pipe(
    map((fact) => (fact.kind === 'state' && fact.who === 'thingsboard' ? fact.phase === 'connected' : undefined)),
    filter((isUp) => isUp !== undefined),
  );
  const asking = askShared({
    keysOf: (device, connector) => wanted.get(connector)?.(device) ?? [],
    online,
    anew,
    gone: deletedDevices,
    log,
  });
  return {
    hears: (connector) => (isAsked ? { wants: (keysOf) => void wanted.set(connector, keysOf) } : {}),
    begins: (connector) => anew.next(connector),
    around: (sink) => (wanted.size === 0 && !(isAsked && mayChange) ? identity : asking)(sink),
  };
};
