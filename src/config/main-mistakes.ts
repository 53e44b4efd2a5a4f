import type { Problem } from '../model/codec.js';
import { member } from './member.js';
import { MOST_CONNECTORS } from './most-connectors.js';
import { reservedNames } from './reserved-names.js';

/** What a gateway needs that has nothing else to show. */
const keys = [
  ['provisionDeviceKey', 'the key of the device profile (or TB_GW_PROVISIONING_DEVICE_KEY)'],
  ['provisionDeviceSecret', 'the secret of the device profile (or TB_GW_PROVISIONING_DEVICE_SECRET)'],
] as const;

const credentials = (raw: unknown): readonly Problem[] => {
  const section = member(raw, 'thingsboard');
  if (typeof section !== 'object' || section === null) return [];
  if ((member(section, 'security') ?? undefined) !== undefined) return [];
  const wanted = 'credentials such as {"accessToken": "…"} (or TB_GW_ACCESS_TOKEN)';
  const provisioning = member(section, 'provisioning') ?? undefined;
  if (provisioning === undefined) return [{ path: 'thingsboard.security', found: 'nothing', expected: wanted }];
  return keys.flatMap(([key, expected]) => {
    const value = member(provisioning, key) ?? '';
    return value === '' ? [{ path: `thingsboard.provisioning.${key}`, found: 'nothing', expected }] : [];
  });
};

/** Names that cannot be told apart: of two connectors, or of one and the gateway itself. */
const names = (raw: unknown): readonly Problem[] => {
  const seen = new Set<string>();
  const list = member(raw, 'connectors');
  return (Array.isArray(list) ? list : []).flatMap((entry, i) => {
    const name = member(entry, 'name');
    if (typeof name !== 'string') return [];
    const mistake = (expected: string): readonly Problem[] => [
      { path: `connectors[${i}].name`, found: JSON.stringify(name), expected },
    ];
    if (reservedNames.has(name)) return mistake('a name that the gateway does not use itself');
    if (seen.has(name)) return mistake('a name that no other connector has');
    seen.add(name);
    return [];
  });
};

const tooMany = (raw: unknown): readonly Problem[] => {
  const list = member(raw, 'connectors');
  return Array.isArray(list) && list.length > MOST_CONNECTORS
    ? [{ path: 'connectors', found: `a list of ${list.length}`, expected: `at most ${MOST_CONNECTORS} connectors` }]
    : [];
};

/**
 * The mistakes of the main file that no key shows by itself: credentials that are missing, two connectors of one name, one with a
 * name of the gateway's own, and more connectors than one process can run.
 */
export const mainMistakes = (raw: unknown): readonly Problem[] => [...credentials(raw), ...names(raw), ...tooMany(raw)];
