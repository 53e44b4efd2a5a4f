import type { Slave } from '../config/slave.js';
import type { Encode } from '../values/encode-of.js';
import type { Health } from './health.js';

/** A slave on its bus. */
export interface Unit {
  readonly slave: Slave;
  readonly health: Health;
  /** How its values are written. */
  readonly encode: Encode;
}
