/**
 * What it takes to draw a pipeline of one's own: virtual time, and acknowledgements on their own line.
 *
 * @packageDocumentation
 */
export { draw } from './testing/draw.js';
export type { Drawing } from './testing/draw.js';
export { recorded } from './testing/recorded.js';
export type { Recorded, Settlement } from './testing/recorded.js';
