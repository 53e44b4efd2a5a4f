/**
 * Compiles an MQTT topic filter into a test, by the rules of the MQTT standard (4.7).
 *
 * `+` matches one level, an empty one too; `#` matches the parent level and all below it; neither matches a leading `$` level.
 * `$share/group/` is left out first: the broker delivers a shared subscription under the plain topic.
 * Throws SyntaxError when it is not a filter.
 */
export const topicFilter = (filter: string): ((topic: string) => boolean) => {
  const shared = /^\$share\/[^/+#]+\/(?=.)/s.exec(filter);
  const plain = shared ? filter.slice(shared[0].length) : filter;
  const levels = plain.split('/');
  const misplaced = levels.some(
    (level, i) => (/[+#]/.test(level) && level.length > 1) || (level === '#' && i < levels.length - 1),
  );
  if (plain === '' || plain.includes('\0') || misplaced || (!shared && plain.startsWith('$share/')))
    throw new SyntaxError('a topic filter holds + and # only as whole levels, # only as the last');
  if (!/[+#]/.test(plain)) return (topic) => topic === plain;
  const wild = levels[0] === '+' || levels[0] === '#';
  const open = levels.at(-1) === '#';
  const fixed = open ? levels.slice(0, -1) : levels;
  return (topic) => {
    if (wild && topic.startsWith('$')) return false;
    const parts = topic.split('/');
    if (open ? parts.length < fixed.length : parts.length !== fixed.length) return false;
    return fixed.every((level, i) => level === '+' || level === parts[i]);
  };
};
