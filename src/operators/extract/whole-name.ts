import { search } from './search.js';

/**
 * Compiles a regular expression into a test of whether it matches a whole name, whatever choices the expression has. Flags stay in front. Promises what
 * {@link search} does, its deadline included; a name beyond 1024 characters matches nothing.
 */
export const wholeName = (expression: string): ((name: string) => boolean) => {
  const [, flags = '', body = ''] = /^(\(\?[ims]+\))?([^]*)$/.exec(expression) ?? [];
  const find = search(`${flags}^(?:${body})$`);
  return (name) => find(name)?.[0] === name;
};
