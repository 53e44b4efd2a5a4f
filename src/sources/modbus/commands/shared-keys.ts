import type { Slave } from '../config/slave.js';

/** The shared attributes that a device is told when it connects: the tags of its attribute updates. Undefined if no slave has any. */
export const sharedKeys = (
  slaves: readonly Pick<Slave, 'deviceName' | 'attributeUpdates'>[],
): ((device: string) => readonly string[]) | undefined => {
  if (slaves.every(({ attributeUpdates }) => attributeUpdates.length === 0)) return undefined;
  return (device) => [
    ...new Set(
      slaves
        .filter(({ deviceName }) => deviceName === device)
        .flatMap(({ attributeUpdates }) => attributeUpdates.map(({ tag }) => tag)),
    ),
  ];
};
