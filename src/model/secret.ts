const secretKey = /token|password|passwd|secret|private_?key|credential/i;
/** Holds the name of a file, which a person needs to see in an error, and not the secret itself. */
const fileKey = /private_?key/i;

/** Shorter values would blank out ordinary words of the log. */
const SHORTEST = 4;

/** True of keys whose value is never shown. */
export const isSecretKey = (key: string): boolean => secretKey.test(key);

/** The secrets in a configuration: every text under a secret key, at any depth. They are hidden wherever a log line would show them. */
export const secretsOf = (json: unknown): readonly string[] => {
  const found = new Set<string>();
  const walk = (value: unknown, secret: boolean): void => {
    if (typeof value === 'string') {
      if (secret && value.length >= SHORTEST) found.add(value);
    } else if (Array.isArray(value)) value.forEach((item) => walk(item, secret));
    else if (typeof value === 'object' && value !== null)
      Object.entries(value).forEach(([key, item]) => walk(item, secret || (isSecretKey(key) && !fileKey.test(key))));
  };
  walk(json, false);
  return [...found];
};
