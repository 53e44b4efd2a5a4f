/** The loggers of logs.json that have lines here. */
export type LoggerName = 'service' | 'connector' | 'storage' | 'tb_connection';

const known: ReadonlyMap<string, LoggerName> = new Map([
  ['gateway', 'service'],
  ['statistics', 'service'],
  ['storage', 'storage'],
  ['thingsboard', 'tb_connection'],
]);

/** Which logger of logs.json a component's lines belong to. A name that is not one of the gateway's own parts is a connector's. */
export const loggerOf = (component: string): LoggerName => known.get(component) ?? 'connector';
