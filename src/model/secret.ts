const secretKey =
  /token|password|passwd|passphrase|secret|private_?key|api_?key|provision_?device_?key|credential|authorization/i;
/** Holds the name of a file, which a person needs to see in an error, and not the secret itself. */
const fileKey = /private_?key$/i;

/** No name of a file, but what stands in one: a key or a certificate that was put where its file is to be named. */
export const isContent = (text: string): boolean => /-----BEGIN|[\r\n]/.test(text) || text.length > 1_024;

/** Shorter values would blank out ordinary words of the log. */
const SHORTEST = 4;

/** True of keys whose value is never shown. */
export const isSecretKey = (key: string): boolean => secretKey.test(key);

/** Too short to be hidden wherever it occurs in a text. */
export const isShort = (secret: string): boolean => secret.length < SHORTEST;

type Seen = (value: string, path: string) => void;

/** Shows every text under a secret key, at any depth. */
const eachSecret = (json: unknown, seen: Seen): void => {
  const walk = (value: unknown, path: string, secret: boolean): void => {
    if (typeof value === 'string') {
      if (secret && value !== '') seen(value, path);
    } else if (Array.isArray(value)) value.forEach((item, i) => walk(item, `${path}[${i}]`, secret));
    else if (typeof value === 'object' && value !== null)
      Object.entries(value).forEach(([key, item]) =>
        walk(item, path === '' ? key : `${path}.${key}`, secret || (isSecretKey(key) && !fileKey.test(key))),
      );
  };
  walk(json, '', false);
};

/** The secrets in a configuration, short ones aside. They are hidden wherever a log line would show them. */
export const secretsOf = (json: unknown): readonly string[] => {
  const found = new Set<string>();
  eachSecret(json, (value) => {
    if (!isShort(value)) found.add(value);
  });
  return [...found];
};

/** Paths of the secrets that are too short to be hidden within texts; the log hides them under their keys only. */
export const shortSecretsOf = (json: unknown): readonly string[] => {
  const found: string[] = [];
  eachSecret(json, (value, path) => {
    if (isShort(value)) found.push(path);
  });
  return found;
};
