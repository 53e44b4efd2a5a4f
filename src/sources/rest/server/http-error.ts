/** Why a request is not taken, as its answer says it: `status` is HTTP's, the message is for whoever sent it. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    readonly status: 400 | 401 | 404 | 405 | 408 | 413 | 415 | 503,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
