import type { Slave } from '../config/slave.js';
import type { Health } from './health.js';

/** A slave on its bus. */
export interface Unit {
  readonly slave: Slave;
  readonly health: Health;
}
