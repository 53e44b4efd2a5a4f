/** True of a converter or a request in the incumbent's older format: it names its device beside the rest, and has no `deviceInfo`. */
export const isOlder = (entry: object): boolean => !Object.hasOwn(entry, 'deviceInfo');
