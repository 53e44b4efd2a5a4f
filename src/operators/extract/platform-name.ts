/** The longest name that the platform stores. */
const LONGEST = 255;

/**
 * Holds a converted text against what the platform takes as the name of a device or a profile: not blank, at most 255 characters, no NUL.
 * Throws an error that says what is wrong, since one such name in a publish would cost the gateway its connection.
 */
export const platformName = (text: string, what: 'device' | 'profile'): string => {
  if (text.trim() === '') throw new Error(`the ${what} name is empty`);
  if (text.length > LONGEST) throw new Error(`the ${what} name is longer than ${LONGEST} characters`);
  if (text.includes('\0')) throw new Error(`the ${what} name holds a NUL character`);
  return text;
};
