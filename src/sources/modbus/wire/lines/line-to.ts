import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { defer } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Endpoint } from '../../endpoint-of.js';
import type { WireSettings } from '../wire.js';
import { datagramLine } from './datagram-line.js';
import { lineLost } from './line-lost.js';
import type { Line } from './line.js';
import { serialLine } from './serial-line.js';
import { streamLine } from './stream-line.js';
import { tlsOptions } from './tls-options.js';

const lineFor = (endpoint: Endpoint, settings: WireSettings): Observable<Line> => {
  const { kind, name } = endpoint;
  if (kind === 'serial') return serialLine(endpoint.path, settings, name);
  const { host, port } = endpoint;
  if (kind === 'udp') return datagramLine(host, port, name);
  if (kind === 'tcp') return streamLine(() => connectTcp({ host, port }), 'connect', name);
  const options = { ...tlsOptions(host, settings.tls), host, port };
  return streamLine(() => connectTls(options), 'secureConnect', name);
};

/** The line to an endpoint. Errors with a ConnectionError when it cannot be made or is lost. Never completes. */
export const lineTo = (endpoint: Endpoint, settings: WireSettings): Observable<Line> =>
  defer(() => {
    try {
      return lineFor(endpoint, settings);
    } catch (error) {
      throw lineLost(endpoint.name, error);
    }
  });
