import { GatewayError } from '../../model/errors.js';

/** There is no room for the rows of a batch. The buffer tries fewer, then waits. */
export class StoreFull extends GatewayError {
  override readonly name = 'StoreFull';
  constructor(options?: ErrorOptions) {
    super('STORAGE_FULL', 'the storage has no room for another message', options);
  }
}
