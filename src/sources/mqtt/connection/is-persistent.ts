import type { BrokerOptions } from './connect-options.js';

/** Whether the configuration asks the broker to keep messages while the gateway is away. */
export const isPersistent = ({
  version,
  cleanSession,
  cleanStart,
  sessionExpiryInterval,
}: Pick<BrokerOptions, 'version' | 'cleanSession' | 'cleanStart' | 'sessionExpiryInterval'>): boolean =>
  version === 5 ? !cleanStart && sessionExpiryInterval > 0 : !cleanSession;
