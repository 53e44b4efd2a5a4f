import { asyncScheduler, Observable } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { reasonOf } from '../../model/errors.js';
import type { ThingsBoardConfig } from './config.js';
import { closeError, connectError } from './connect-errors.js';
import { farewell } from './farewell.js';
import { LinkLost } from './link-lost.js';
import { mqttOptions } from './mqtt-options.js';
import { startClient } from './start-client.js';

/** The platform takes whoever says so for a device that wants credentials. */
const USER = 'provision';
const REQUEST = '/provision/request';
const RESPONSE = '/provision/response';
/** How long in ms one asking may take, from CONNECT to the answer. */
const DEADLINE = 30_000;

/**
 * Asks the platform for credentials: one MQTT session that sends the request, emits the answer as text, and completes.
 *
 * Promises: the certificate of the platform is verified as it is for every other connection, and with credentials that are a certificate
 * the connection is encrypted too; neither question nor answer is logged. Whatever keeps the answer away is a {@link LinkLost}; a FatalError
 * names a file that cannot be read. Source: the platform's MQTT contract, §8.
 */
export const askPlatform = (
  config: ThingsBoardConfig,
  folder: string,
  question: string,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<string> =>
  new Observable<string>((out) => {
    const { caCert, type = 'ACCESS_TOKEN' } = config.provisioning ?? {};
    const security = { accessToken: USER, ...(caCert === undefined ? {} : { caCert }) };
    const tls = config.tls || type.toUpperCase() === 'X509_CERTIFICATE';
    const client = startClient({
      ...mqttOptions({ ...config, tls, security }, folder, 'provisioning'),
      host: config.host,
      port: config.port,
      keepalive: config.keep_alive,
      protocolVersion: config.mqttVersion === 4 ? 4 : 5,
    });
    let accepted = false;
    let reason: number | undefined;
    let why: unknown;
    const fail = (error: LinkLost): void => {
      if (!out.closed) out.error(error);
    };
    const late = scheduler.schedule(
      () => fail(new LinkLost('BROKER_UNREACHABLE', 'the platform did not answer the request for credentials')),
      DEADLINE,
    );
    client.on('connect', () => {
      accepted = true;
      client.subscribe(RESPONSE, { qos: 1 }, (error) => {
        if (out.closed) return;
        if (error)
          fail(new LinkLost('BROKER_UNREACHABLE', `the platform gives out no credentials: ${reasonOf(error)}`));
        else client.publish(REQUEST, question, { qos: 1 });
      });
    });
    client.on('message', (topic, payload) => {
      if (topic !== RESPONSE || out.closed) return;
      out.next(payload.toString('utf8'));
      out.complete();
    });
    client.on('disconnect', (packet) => {
      reason = packet.reasonCode;
    });
    client.on('error', (error) => {
      why ??= error;
    });
    client.on('close', () =>
      fail(
        !accepted && why !== undefined
          ? connectError(why, config.mqttVersion)
          : closeError(reason, why === undefined ? undefined : reasonOf(why), false),
      ),
    );
    out.add(() => {
      late.unsubscribe();
      farewell(client, scheduler);
    });
  });
