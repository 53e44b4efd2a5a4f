import { closing, type Closing } from './closing.js';

/** Runs something with what it opens, and closes that when it is done or has failed. */
export const during = async <A>(outer: Closing, run: (within: Closing) => Promise<A>): Promise<A> => {
  const within = outer.add(closing());
  try {
    return await run(within);
  } finally {
    await within.close();
  }
};
