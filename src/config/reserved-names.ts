/**
 * Names that the gateway says its own facts and lines of the log under, or that its own sources have. No connector can be told apart from
 * them, so none may have one.
 */
export const reservedNames: ReadonlySet<string> = new Set([
  'thingsboard',
  'storage',
  'currentThingsBoardGateway',
  'gateway',
  'statistics',
  'dispatch',
  'filter',
  'inactivity',
  'report',
]);
