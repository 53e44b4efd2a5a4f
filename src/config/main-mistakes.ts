import type { Problem } from '../model/codec.js';
import { member } from './member.js';

const credentials = (raw: unknown): readonly Problem[] => {
  const section = member(raw, 'thingsboard');
  if (typeof section !== 'object' || section === null) return [];
  if ((member(section, 'security') ?? undefined) !== undefined) return [];
  const wanted = 'credentials such as {"accessToken": "…"} (or TB_GW_ACCESS_TOKEN)';
  const provisioning = member(section, 'provisioning') ?? undefined;
  return provisioning === undefined
    ? [{ path: 'thingsboard.security', found: 'nothing', expected: wanted }]
    : [
        {
          path: 'thingsboard.security',
          found: 'provisioning alone',
          expected: `${wanted}: provisioning is not supported yet`,
        },
      ];
};

const twins = (raw: unknown): readonly Problem[] => {
  const list = member(raw, 'connectors');
  const names = (Array.isArray(list) ? list : []).map((entry) => member(entry, 'name'));
  return names.flatMap((name, i) =>
    typeof name === 'string' && names.indexOf(name) < i
      ? [
          {
            path: `connectors[${i}].name`,
            found: JSON.stringify(name),
            expected: 'a name that no other connector has',
          },
        ]
      : [],
  );
};

/** The mistakes of the main file that no key shows by itself: credentials that are missing, and two connectors of one name. */
export const mainMistakes = (raw: unknown): readonly Problem[] => [...credentials(raw), ...twins(raw)];
