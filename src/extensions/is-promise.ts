/** True of a promise. Its rejection is taken note of, so that it does not end the process: nobody else will wait for it. */
export const isPromise = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || !('then' in value) || typeof value.then !== 'function')
    return false;
  void Promise.resolve(value).catch(() => undefined);
  return true;
};
