const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** A text whose control characters are written as `\u000a`: they would let a device's name forge lines of the log. */
export const printable = (text: string, which: RegExp = control): string =>
  text.replace(which, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
