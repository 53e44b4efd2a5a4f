import type { Part } from './part.js';
import { topics } from './topics.js';

const merged = (pack: readonly Part[]): string => {
  const members = new Map<string, string>();
  for (const part of pack) for (const [key, text] of part.members ?? []) members.set(key, text);
  return `{${[...members.values()].join(',')}}`;
};

const items = (pack: readonly Part[]): string => `[${pack.map(({ text }) => text).join(',')}]`;

const byDevice = (pack: readonly Part[], body: (parts: readonly Part[]) => string): string => {
  const first = pack[0];
  if (first !== undefined && pack.every(({ key }) => key === first.key))
    return `{${JSON.stringify(first.key)}:${body(pack)}}`;
  const devices = new Map<string, Part[]>();
  for (const part of pack) {
    const list = devices.get(part.key);
    if (list === undefined) devices.set(part.key, [part]);
    else list.push(part);
  }
  return `{${[...devices].map(([device, list]) => `${JSON.stringify(device)}:${body(list)}`).join(',')}}`;
};

/** The payload of one publish, under the names that its parts have now. Of an attribute that several parts hold, the last counts. Source: the platform's MQTT contract, §5. */
export const encode = (pack: readonly Part[]): string => {
  const first = pack[0];
  switch (first?.lane) {
    case topics.telemetry:
      return byDevice(pack, items);
    case topics.attributes:
      return byDevice(pack, merged);
    case topics.ownTelemetry:
      return items(pack);
    case topics.ownAttributes:
      return merged(pack);
    case topics.connect:
      return JSON.stringify({ device: first.key, type: first.profile });
    case topics.disconnect:
      return JSON.stringify({ device: first.key });
    case topics.claim:
      return `{${JSON.stringify(first.key)}:${first.text}}`;
    default:
      return first?.text ?? '';
  }
};
