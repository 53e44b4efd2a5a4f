/**
 * Why a call could not be done, in the words of its answer: `{"error": message, "code": code}`. The codes are HTTP's: 400 the call makes no
 * sense, 404 nobody knows the method, 408 no answer came in time, 500 it failed, 503 nobody can take it now.
 */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  constructor(
    readonly code: 400 | 404 | 408 | 500 | 503,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
