/** What would make an expression stand for more than one name. */
const PATTERN = /[\\^$.?*+()[\]{}]/;

/** The names that a regular expression spells out: one, or several with `|` between them. Of a pattern, none. */
export const namesIn = (expression: string): readonly string[] => {
  const names = expression.replace(/^\^|\$$/g, '').split('|');
  return PATTERN.test(names.join('')) ? [] : names.filter((name) => name !== '');
};
