import type { Json, Reply } from './message.js';

/** Whom a request asked, and under which id. */
type Addressed = Pick<Reply, 'device' | 'id'>;

/** The answer to this request. `lifetime` as {@link Reply} says it. */
export const replyTo = ({ device, id }: Addressed, content: Json, lifetime?: number): Reply => ({
  kind: 'reply',
  ...(device === undefined ? {} : { device }),
  id,
  content,
  ...(lifetime === undefined ? {} : { lifetime }),
});
