import { GatewayError } from '../../../model/errors.js';

/** What each exception means, in the words of Modbus's specification. */
const meanings: ReadonlyMap<number, string> = new Map([
  [1, 'illegal function'],
  [2, 'illegal data address'],
  [3, 'illegal data value'],
  [4, 'slave device failure'],
  [5, 'acknowledge: it takes longer'],
  [6, 'slave device busy'],
  [7, 'negative acknowledge'],
  [8, 'memory parity error'],
  [10, 'gateway path unavailable'],
  [11, 'gateway target device failed to respond'],
]);

/** The slave has understood a request and refuses it. The connection is as good as before. */
export class SlaveException extends GatewayError {
  override readonly name = 'SlaveException';
  constructor(
    /** The number that the slave gave: 2 is "illegal data address". */
    readonly exception: number,
    where: string,
  ) {
    super('CONVERSION_FAILED', `${where}: ${meanings.get(exception) ?? 'unknown exception'} (exception ${exception})`);
  }
}
