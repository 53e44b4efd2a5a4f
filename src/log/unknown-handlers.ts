import type { Problem } from '../model/codec.js';
import { nearestOf } from '../model/decode.js';

type Tree = Readonly<Record<string, unknown>>;

const treeAt = (value: unknown, key: string): Tree => {
  const found = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Tree)[key] : {};
  return typeof found === 'object' && found !== null ? (found as Tree) : {};
};

/** The names of handlers in logs.json that stand for none. Reads the file as it is, so that all its mistakes can be listed at once. */
export const unknownHandlers = (raw: unknown): readonly Problem[] => {
  const known = Object.keys(treeAt(raw, 'handlers'));
  const inLogger = (logger: Tree, path: string): readonly Problem[] =>
    Object.values(treeAt(logger, 'handlers')).flatMap((name, i): readonly Problem[] => {
      if (typeof name !== 'string' || known.includes(name)) return [];
      const nearest = nearestOf(name, known);
      const more = nearest === undefined ? {} : { nearest };
      return [
        { path: `${path}.handlers[${i}]`, found: JSON.stringify(name), expected: 'the name of a handler', ...more },
      ];
    });
  const loggers = treeAt(raw, 'loggers');
  return [
    ...Object.keys(loggers).flatMap((name) => inLogger(treeAt(loggers, name), `loggers.${name}`)),
    ...inLogger(treeAt(raw, 'root'), 'root'),
  ];
};
