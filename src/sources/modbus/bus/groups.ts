import type { Slave } from '../config/slave.js';
import { endpointOf } from '../endpoint-of.js';
import type { Endpoint } from '../endpoint-of.js';

/** Slaves that share one connection. */
export interface Group {
  readonly endpoint: Endpoint;
  /** The settings of the first one are those of the connection. Never empty. */
  readonly slaves: readonly [Slave, ...Slave[]];
}

/** The connections that some slaves need: one for each name of an endpoint, in the order of the slaves. */
export const groups = (slaves: readonly Slave[]): readonly Group[] => {
  const found = new Map<string, { readonly endpoint: Endpoint; readonly slaves: [Slave, ...Slave[]] }>();
  for (const slave of slaves) {
    const endpoint = endpointOf(slave, slave.tls !== undefined);
    const known = found.get(endpoint.name);
    if (known === undefined) found.set(endpoint.name, { endpoint, slaves: [slave] });
    else known.slaves.push(slave);
  }
  return [...found.values()];
};
