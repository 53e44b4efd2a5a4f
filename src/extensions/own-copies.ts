import { register } from 'node:module';

/**
 * What runs where modules are found. An extension lies beside the configuration, far from any node_modules, and it has to mean this very program when it
 * imports ours, for an error of another copy's class is no error that we know. The rest is found here if it is not found there.
 */
const CODE = `let ours;
const isOurs = (name) => /^tributary-gateway(\\/|$)/.test(name);
const isShared = (name) => /^(rxjs|io-ts|fp-ts)(\\/|$)/.test(name);
export const initialize = (url) => { ours = url; };
export const resolve = async (name, context, next) => {
  const here = { ...context, parentURL: ours };
  if (isOurs(name)) return next(name, here);
  if (!isShared(name)) return next(name, context);
  try {
    return await next(name, context);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return next(name, here);
  }
};`;

/** As a module that needs no file, so that a thread can register it too. `data` is where the program is. */
export const ownCopies = {
  hook: `data:text/javascript,${encodeURIComponent(CODE)}`,
  data: import.meta.url,
} as const;

let isRegistered = false;

/**
 * Lets extensions import `tributary-gateway` (always the program that runs), `rxjs`, `io-ts` and `fp-ts` (their own copy if they have one), wherever they are.
 * Takes effect once for the process, and not before somebody has an extension.
 */
export const registerOwnCopies = (): void => {
  if (isRegistered) return;
  isRegistered = true;
  register(ownCopies.hook, { data: ownCopies.data });
};
