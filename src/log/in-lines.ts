/** A text of many lines, such as the mistakes in a file: the first is the line of the log, the others are its `list`. */
export const inLines = (text: string): readonly [string, { readonly list?: readonly string[] }] => {
  const [first = '', ...list] = text.split('\n').map((line) => line.trim());
  return [first, list.length === 0 ? {} : { list }];
};
