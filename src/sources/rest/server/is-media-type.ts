/** Whether a `Content-Type` holds a type and a subtype. One that does not says nothing; the framework would refuse its request. */
export const isMediaType = (text = ''): boolean => /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/.test(text);
