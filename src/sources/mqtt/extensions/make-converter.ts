import type { MqttConverter, MqttConverterConfig } from '../converter.js';
import { isPromise } from './is-promise.js';
import type { Converter } from '../config/mapping.js';

/** A user's converter that is ready to convert, or the reason why it is not. */
export type Made = ReturnType<MqttConverter['up']> | Error;

/**
 * Makes a converter with a user's `up`.
 *
 * Promises: what the user's code throws, or gives instead of a function, is the error in the result.
 */
export const makeConverter = (
  up: (config: MqttConverterConfig) => unknown,
  topicFilter: string,
  converter: Converter,
): Made => {
  try {
    const own = structuredClone(converter);
    const made = up({ topicFilter, extensionConfig: own.extensionConfig ?? {}, converter: own });
    if (typeof made === 'function') return made as ReturnType<MqttConverter['up']>;
    if (isPromise(made)) return new Error('it gives a promise, and has to give a function of the message');
    return new Error('it does not give a function of the message: a converter is (config) => (message) => result');
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
};
