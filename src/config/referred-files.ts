import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isContent } from '../model/secret.js';

/** Where certificates and keys are named, whatever a connector calls them. */
const sections = /^(security|provisioning|identity|tls|ssl)$/i;
/** Keys that name a file even where it is not there yet. */
const fileKey = /cert|private_?key$|keyfile$/i;
const reference = /^\$\{file:([^}]+)\}$/;

const isFile = (path: string): boolean => {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/**
 * The files that a file of the configuration refers to, as absolute paths: certificates, keys, and what `${file:PATH}` stands for. Of a certificate or key that
 * is absent, where it should be. Modules with code are not among them: what Node.js has loaded it does not load again.
 *
 * Promises: never throws; relative names start at `folder`. `raw` is the file as it was read, references in it not resolved.
 */
export const referredFiles = (raw: unknown, folder: string): readonly string[] => {
  const found = new Set<string>();
  const text = (value: string, key: string, isWithin: boolean): void => {
    const [, named] = reference.exec(value) ?? [];
    if (named !== undefined) found.add(resolve(folder, named));
    else if (isWithin && value !== '' && !isContent(value) && !value.includes('\0')) {
      const path = resolve(folder, value);
      if (fileKey.test(key) || isFile(path)) found.add(path);
    }
  };
  const walk = (value: unknown, key: string, isWithin: boolean): void => {
    if (typeof value === 'string') text(value, key, isWithin);
    else if (Array.isArray(value)) value.forEach((item) => walk(item, key, isWithin));
    else if (typeof value === 'object' && value !== null)
      Object.entries(value).forEach(([name, item]) => walk(item, name, isWithin || sections.test(name)));
  };
  walk(raw, '', false);
  return [...found];
};
