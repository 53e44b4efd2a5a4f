import type { Command } from '../../model/command.js';
import { deviceChanges } from '../../operators/device-changes.js';

/**
 * The names under which the platform says it has no device any more, be it deleted or renamed. They are announced again before their next data, or the
 * platform would make them anew under the profile `default`. Source: the platform's MQTT contract, §4.5, §6.3.
 */
export const deletedDevices = (command: Command): readonly string[] => {
  const { renamed, deleted } = deviceChanges(command);
  return renamed.length === 0 ? deleted : renamed.map(([old]) => old);
};
