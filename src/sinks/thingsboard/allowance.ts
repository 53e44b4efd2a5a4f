import type { SchedulerLike } from 'rxjs';
import type { PackLimits } from '../../operators/pack-map.js';
import { limiter } from '../../operators/rate-limit.js';
import type { Limiter, Rates } from '../../operators/rate-limit.js';
import type { ThingsBoardConfig } from './config.js';
import { isGatewayTopic } from './topics.js';

/** The platform's three buckets: telemetry messages, data points, and all other messages. */
export type Bucket = 'telemetry' | 'points' | 'messages';

/** What the platform answered to getSessionLimits. */
export interface PlatformLimits {
  readonly own?: Rates<Bucket>;
  readonly devices?: Rates<Bucket>;
  readonly maxPayloadSize?: number;
}

export interface Allowance {
  /** The rate limits that a topic falls under: the gateway's own, or those of all attached devices together. */
  readonly of: (topic: string) => Limiter<Bucket>;
  readonly own: Limiter<Bucket>;
  readonly devices: Limiter<Bucket>;
  readonly pack: () => PackLimits;
  /** Payload bytes that the platform refuses for certain, where it said so. */
  readonly hardLimit: () => number;
  readonly learn: (limits: PlatformLimits) => void;
}

const SHARE_OF_SIZE = 0.8;

/**
 * How much may be sent: rate limits, and the size of a publish.
 *
 * Promises: limits that the platform names replace the configured ones. Its payload size only ever lowers the configured one (to 80 %
 * of it, since topic and header count too): larger publishes are a choice of whoever configures the gateway. Source: the platform's
 * MQTT contract, §6.4, §7.
 */
export const allowance = (config: ThingsBoardConfig, scheduler?: SchedulerLike): Allowance => {
  const options = {
    percentage: config.rateLimitPercentage,
    shared: ['messages'] as const,
    ...(scheduler === undefined ? {} : { scheduler }),
  };
  const own = limiter<Bucket>(
    { telemetry: config.rateLimits, points: config.dpRateLimits, messages: config.messagesRateLimits },
    options,
  );
  const devices = limiter<Bucket>(
    {
      telemetry: config.deviceRateLimits,
      points: config.deviceDpRateLimits,
      messages: config.deviceMessagesRateLimits,
    },
    options,
  );
  let bytes = config.maxPayloadSizeBytes;
  let hard = Infinity;
  const limits = (): PackLimits => ({
    bytes,
    points: Math.min(own.most('points'), devices.most('points')),
    keys: config.maxDevicesPerPublish,
  });
  let known = limits();
  return {
    own,
    devices,
    of: (topic) => (isGatewayTopic(topic) ? devices : own),
    pack: () => known,
    hardLimit: () => hard,
    learn: ({ own: ownRates, devices: deviceRates, maxPayloadSize }) => {
      if (ownRates) own.set(ownRates);
      if (deviceRates) devices.set(deviceRates);
      if (maxPayloadSize !== undefined && maxPayloadSize > 0) {
        hard = maxPayloadSize;
        bytes = Math.min(config.maxPayloadSizeBytes, Math.max(1, Math.floor(maxPayloadSize * SHARE_OF_SIZE)));
      }
      known = limits();
    },
  };
};
