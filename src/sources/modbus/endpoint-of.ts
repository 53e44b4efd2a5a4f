/** Where a connection leads. */
export type Endpoint =
  | { readonly kind: 'tcp' | 'udp' | 'tls'; readonly host: string; readonly port: number; readonly name: string }
  | { readonly kind: 'serial'; readonly path: string; readonly name: string };

interface Reached {
  readonly type: 'tcp' | 'udp' | 'serial';
  readonly method: 'socket' | 'rtu' | 'ascii' | 'tls';
  readonly host?: string;
  readonly port?: number | string;
}

const TLS_PORT = 802;

/**
 * Where a slave is reached, or the local slave serves. `secured`: it has a section for TLS. Slaves whose endpoints have the same `name` share one
 * connection: `tcp 10.0.0.7:502`, `serial /dev/ttyUSB0`. The codec has seen to it that nothing is missing.
 */
export const endpointOf = ({ type, method, host = '', port }: Reached, secured: boolean): Endpoint => {
  if (type === 'serial') return { kind: type, path: String(port), name: `serial ${String(port)}` };
  const kind = type === 'tcp' && (secured || method === 'tls') ? 'tls' : type;
  const number = typeof port === 'number' ? port : TLS_PORT;
  return { kind, host, port: number, name: `${kind} ${host.includes(':') ? `[${host}]` : host}:${number}` };
};
