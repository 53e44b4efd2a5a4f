/** Waits until the condition holds; fails with what was awaited at the deadline. */
export const until = async (holds: () => boolean, deadlineMs = 15_000): Promise<void> => {
  const end = Date.now() + deadlineMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
