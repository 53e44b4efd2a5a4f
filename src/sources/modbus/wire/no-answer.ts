import { GatewayError } from '../../../model/errors.js';

/** Nothing came back in the time that a request had. The connection stands; whether a write was carried out is unknown. */
export class NoAnswer extends GatewayError {
  override readonly name = 'NoAnswer';
  constructor(
    /** The time it had. */
    readonly timeoutMs: number,
    where: string,
  ) {
    super('BROKER_UNREACHABLE', `${where}: no answer within ${timeoutMs} ms`);
  }
}
