/** How much is logged: each level and those before it; `none` is silence. */
export type Level = 'error' | 'warn' | 'info' | 'debug' | 'none';

const levels: ReadonlyMap<string, Level> = new Map([
  ['none', 'none'],
  ['critical', 'error'],
  ['fatal', 'error'],
  ['error', 'error'],
  ['warning', 'warn'],
  ['warn', 'warn'],
  ['info', 'info'],
  ['debug', 'debug'],
  ['trace', 'debug'],
  ['notset', 'debug'],
]);

/** The level that a text means, in our words or the incumbent's, upper or lower case. */
export const levelOf = (text: string): Level | undefined => levels.get(text.trim().toLowerCase());
