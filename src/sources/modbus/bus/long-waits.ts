/** The part of a bus's time that may go into waiting for slaves which have never answered. */
const SHARE = 100;

/**
 * Gives leave to wait for the whole timeout of a slave that has never answered, although others wait meanwhile: so rarely that it costs them a hundredth of
 * the time. `start` is when the bus began.
 */
export const longWaits = (start: number): ((now: number, timeout: number) => boolean) => {
  let last = start;
  return (now, timeout) => {
    if (now - last < SHARE * timeout) return false;
    last = now;
    return true;
  };
};
