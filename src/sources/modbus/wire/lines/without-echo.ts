const NOTHING = Buffer.alloc(0);

/** Takes out of what a line says what we sent ourselves: two-wire adapters hear their own words. `on` false: nothing is taken out. */
export const withoutEcho = (on: boolean) => {
  let expected: Buffer = NOTHING;
  return {
    sent: (bytes: Buffer): void => {
      if (on) expected = bytes;
    },
    /** What is left of a chunk. Bytes that differ from what was sent end the echo: what follows is somebody else's. */
    strip: (chunk: Buffer): Buffer => {
      let same = 0;
      while (same < chunk.length && same < expected.length && chunk[same] === expected[same]) same += 1;
      const isOver = same < chunk.length || same === expected.length;
      expected = isOver ? NOTHING : expected.subarray(same);
      return chunk.subarray(same);
    },
  };
};
