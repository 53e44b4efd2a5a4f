import type { Idle } from '../model/decode.js';

/** A key without effect, and the file it stands in. */
export interface FileIdle extends Idle {
  readonly file: string;
}

const listed = (keys: readonly FileIdle[]): string => {
  const files = [...new Set(keys.map(({ file }) => file))];
  return files
    .map((file) => {
      const paths = keys.filter((key) => key.file === file).map(({ path }) => path.replace(/\[\d+\]/g, '[]'));
      return `${file}: ${[...new Set(paths)].join(', ')}`;
    })
    .join('; ');
};

/** The one warning about all keys that are read and change nothing; none if there are none. */
export const idleNotice = (keys: readonly FileIdle[]): readonly string[] => {
  const pending = keys.filter(({ effect }) => effect === 'pending');
  const inert = keys.filter(({ effect }) => effect === 'inert');
  const parts = [
    ...(pending.length > 0 ? [`These keys have no effect yet: ${listed(pending)}.`] : []),
    ...(inert.length > 0 ? [`These keys are accepted and have no meaning here: ${listed(inert)}.`] : []),
  ];
  return parts.length > 0 ? [parts.join(' ')] : [];
};
