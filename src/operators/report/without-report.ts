import type { Data } from '../../model/message.js';

/** The message as it is stored and sent: without what is said of reporting it. */
export const withoutReport = (data: Data): Data => {
  if (data.report === undefined) return data;
  const { kind, device, connector, profile, telemetry, attributes } = data;
  return { kind, device, ...(connector === undefined ? {} : { connector }), profile, telemetry, attributes };
};
