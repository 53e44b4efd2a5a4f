/** What in a regular expression may make it try the same text in many ways. */
export interface Repetitions {
  /** How many parts match a varying number of characters: the power of the text's length that a search may cost is one more. */
  readonly count: number;
  /** In how many ways it can choose without repeating: the product of its groups' alternatives, and two for each `?`. */
  readonly ways: number;
  /** Repeated groups that hold a choice of their own, such as `(a+)+` or `(a|b)*`: these may cost 2 to the power of the length. */
  readonly nested: readonly string[];
  /** It refers back to what a group matched. */
  readonly refersBack: boolean;
}

interface Group {
  readonly from: number;
  choice: boolean;
  alternatives: number;
}

const token =
  /\\(?:k<[^>]*>|[1-9]\d*|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|\)|\||[*+?]\??|\{(\d+)(,\d*)?\}\??|[\s\S]/g;

/**
 * Looks at how a regular expression (as JavaScript writes it) repeats. Cheap, and never too hopeful: what has nothing in `nested` costs at most
 * the text's length to the power of `count + 1`, times `ways`.
 */
export const repetitions = (source: string): Repetitions => {
  const nested: string[] = [];
  const whole: Group = { from: 0, choice: false, alternatives: 1 };
  const open: Group[] = [];
  let closed: Group | undefined;
  let count = 0;
  let ways = 1;
  let refersBack = false;
  const choose = (): void => open.forEach((group) => (group.choice = true));
  for (const { 0: text, 1: times, 2: range, index } of source.matchAll(token)) {
    const last = closed;
    closed = undefined;
    if (/^\\(?:k<|[1-9])/.test(text)) refersBack = true;
    else if (text.startsWith('(')) open.push({ from: index, choice: false, alternatives: 1 });
    else if (text === ')') {
      closed = open.pop();
      ways *= closed?.alternatives ?? 1;
    } else if (text === '|') {
      (open.at(-1) ?? whole).alternatives += 1;
      choose();
    } else if (/^[*+?]/.test(text) || times !== undefined) {
      const optional = text.startsWith('?') || (times === '0' && range === ',1');
      const fixed = times !== undefined && range === undefined;
      if (!optional && last?.choice === true && !(fixed && Number(times) <= 1))
        nested.push(source.slice(last.from, index + text.length));
      if (optional) ways *= 2;
      else if (!fixed) count += 1;
      if (!fixed) choose();
    }
  }
  return { count, ways: ways * whole.alternatives, nested, refersBack };
};
