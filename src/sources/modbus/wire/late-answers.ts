/** Requests of one unit whose answers may still come. What is older than so many is not expected any more. */
const MOST = 16;

/** Function code and bytes of the answer: what tells answers apart where they carry no number. Of a write: its function code. */
const shapeOf = (request: Buffer): number => {
  const code = request[1]!;
  const count = request.readUInt16BE(4);
  if (code > 4) return code << 16;
  return (code << 16) | (code < 3 ? Math.ceil(count / 8) : count * 2);
};

/**
 * Remembers which slaves still owe an answer, where messages carry no number: the answer to an earlier request could be taken for that of a later one. Such a
 * slave is first asked something else, whose answer looks like none of those that it owes. As a slave answers in order, no earlier answer comes after that one.
 */
export const lateAnswers = () => {
  const owed = new Map<number, number[]>();
  return {
    /** A request got no answer, or one that could not be understood. */
    missed: (request: Buffer): void => {
      owed.set(request[0]!, [...(owed.get(request[0]!) ?? []), shapeOf(request)].slice(-MOST));
    },
    /** What the slave has to be asked before this request; undefined if it owes nothing. */
    before: (request: Buffer): Buffer | undefined => {
      const shapes = owed.get(request[0]!);
      if (shapes === undefined) return undefined;
      const code = request[1]!;
      const bitwise = code === 1 || code === 2;
      const question = Buffer.from(request.subarray(0, 6));
      // A write says nothing that could be asked, so a register at its place is.
      if (code > 4) question[1] = code === 5 || code === 15 ? 1 : 3;
      const step = bitwise || question[1] === 1 ? 8 : 1;
      for (let n = 0; n <= MOST + 1; n += 1) {
        question.writeUInt16BE(1 + n * step, 4);
        const shape = shapeOf(question);
        if (shape !== shapeOf(request) && !shapes.includes(shape)) break;
      }
      return question;
    },
    /** The slave has answered that. */
    caughtUp: (unit: number): void => {
      owed.delete(unit);
    },
  };
};
