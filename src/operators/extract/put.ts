/**
 * Sets an own property, whatever its name.
 *
 * A key that came from a device may be `__proto__`: it stays an ordinary key and changes no prototype.
 */
export const put = <T>(target: Record<string, T>, key: string, value: T): void => {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
};
