export type Level = 'error' | 'warn' | 'info' | 'debug' | 'none';

const levels: ReadonlyMap<string, Level> = new Map([
  ['none', 'none'],
  ['critical', 'error'],
  ['error', 'error'],
  ['warning', 'warn'],
  ['warn', 'warn'],
  ['info', 'info'],
  ['debug', 'debug'],
  ['trace', 'debug'],
]);

/** The level that a text means, in our words or the incumbent's, upper or lower case. */
export const levelOf = (text: string): Level | undefined => levels.get(text.trim().toLowerCase());
