import type { Level } from './level-of.js';

const rank: Readonly<Record<Level, number>> = { none: 0, error: 1, warn: 2, info: 3, debug: 4 };

/** True if a level lets a line of this severity through: `info` lets warnings and errors through, `none` nothing. */
export const letsThrough = (level: Level, severity: Exclude<Level, 'none'>): boolean => rank[severity] <= rank[level];
