/**
 * What users need to marble-test their own pipelines: envelopes whose settlement can be read.
 *
 * @packageDocumentation
 */
export { recorded } from './testing/recorded.js';
export type { Recorded, Settlement } from './testing/recorded.js';
