/** What in a regular expression may make it try the same text in many ways. */
export interface Repetitions {
  /** How many parts match a varying number of characters: the power of the text's length that a search may cost is one more. */
  readonly count: number;
  /** Repeated groups that hold a choice of their own, such as `(a+)+` or `(a|b)*`: these may cost 2 to the power of the length. */
  readonly nested: readonly string[];
  /** It refers back to what a group matched. */
  readonly refersBack: boolean;
}

interface Group {
  readonly from: number;
  choice: boolean;
}

const token =
  /\\(?:k<[^>]*>|[1-9]\d*|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|\)|\||[*+?]\??|\{(\d+)(,\d*)?\}\??|[\s\S]/g;

/**
 * Looks at how a regular expression (as JavaScript writes it) repeats. Cheap, and never too hopeful: what is not in `nested` costs at most
 * the text's length to the power of `count + 1`.
 */
export const repetitions = (source: string): Repetitions => {
  const nested: string[] = [];
  const open: Group[] = [];
  let closed: Group | undefined;
  let count = 0;
  let refersBack = false;
  const choose = (): void => open.forEach((group) => (group.choice = true));
  for (const { 0: text, 1: times, 2: range, index } of source.matchAll(token)) {
    const last = closed;
    closed = undefined;
    if (/^\\(?:k<|[1-9])/.test(text)) refersBack = true;
    else if (text.startsWith('(')) open.push({ from: index, choice: false });
    else if (text === ')') closed = open.pop();
    else if (text === '|') choose();
    else if (/^[*+?]/.test(text) || times !== undefined) {
      const optional = text.startsWith('?') || (times === '0' && range === ',1');
      const fixed = times !== undefined && range === undefined;
      if (!optional && last?.choice === true && !(fixed && Number(times) <= 1))
        nested.push(source.slice(last.from, index + text.length));
      if (!optional && !fixed) count += 1;
      if (!fixed) choose();
    }
  }
  return { count, nested, refersBack };
};
