import type { BrokerOptions } from './connect-options.js';

/** What a person should know of settings that do not keep a session although they look so. */
export const sessionAdvice = ({
  version,
  clientId,
  cleanSession,
  cleanStart,
  sessionExpiryInterval,
}: Pick<
  BrokerOptions,
  'version' | 'clientId' | 'cleanSession' | 'cleanStart' | 'sessionExpiryInterval'
>): readonly string[] => {
  const advice: string[] = [];
  if (clientId === undefined && !(version === 5 ? cleanStart : cleanSession))
    advice.push('without a clientId the broker cannot keep messages over a restart of the gateway');
  if (version === 5 && !cleanStart && sessionExpiryInterval === 0)
    advice.push('cleanStart false keeps nothing without a sessionExpiryInterval: the session ends with the connection');
  if (version === 5 && cleanStart && sessionExpiryInterval > 0)
    advice.push('cleanStart true throws away, at each connect, what the broker kept for the sessionExpiryInterval');
  return advice;
};
