const translated = (text: string): string =>
  text
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');

const compiled = (source: string, flags: string): RegExp => {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // The strict mode refuses harmless escapes such as `\-` that configurations are full of.
    return new RegExp(source, flags);
  }
};

/**
 * Compiles a regular expression of a configuration, which may be written in the dialect of Python: `(?P<name>…)`, `(?P=name)`,
 * `\A`, `\Z`, and flags in front (`(?i)`). Throws SyntaxError when it is not one, so a codec can name its place.
 */
export const regex = (text: string): RegExp => {
  const flags = /^\(\?([ims]+)\)/.exec(text);
  const source = translated(flags ? text.slice(flags[0].length) : text);
  return compiled(source, [...new Set(flags?.[1] ?? '')].join(''));
};
