const units = ['K', 'M', 'G', 'T', 'P'];

/** A size as a person writes it: 8163491840 is "7.6G". */
export const humanSize = (bytes: number): string => {
  let size = bytes;
  let unit = 'B';
  for (const larger of units) {
    if (size < 1_024) break;
    size /= 1_024;
    unit = larger;
  }
  return `${size.toFixed(1)}${unit}`;
};
