import { isObject } from '../model/is-object.js';
import { member } from './member.js';

/** A copy without these members. */
const without = (
  tree: Readonly<Record<string, unknown>>,
  ...keys: readonly string[]
): Readonly<Record<string, unknown>> => Object.fromEntries(Object.entries(tree).filter(([key]) => !keys.includes(key)));

/**
 * The main file as if it had no `security` section, for who asks for provisioning in the environment (core.md §4.3).
 *
 * Promises: how the connection is encrypted and verified stays as that section says it; what stands where a section should be is left for the
 * codec to report.
 */
export const preferProvisioning = (raw: unknown): unknown => {
  const platform = member(raw, 'thingsboard');
  const security = member(platform, 'security');
  if (!isObject(raw) || !isObject(platform) || !isObject(security)) return raw;
  const provisioning = member(platform, 'provisioning');
  const [type, insecure, caCert] = ['type', 'insecure', 'caCert'].map((key) => member(security, key));
  const tls = member(security, 'tls') === true || (typeof type === 'string' && /^tlsaccesstoken$/i.test(type));
  const authority = isObject(provisioning) && caCert !== undefined && !Object.hasOwn(provisioning, 'caCert');
  return {
    ...raw,
    thingsboard: {
      ...without(platform, 'security'),
      ...(tls ? { tls } : {}),
      ...(insecure === true ? { insecure } : {}),
      ...(authority ? { provisioning: { ...provisioning, caCert } } : {}),
    },
  };
};
