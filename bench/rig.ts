import { setTimeout as pause } from 'node:timers/promises';
import { startMosquitto } from '../test/peers/mosquitto.js';
import { forkPlatform } from '../test/peers/fork-platform.js';
import type { Closing } from './closing.js';
import { forkDevices } from './fork-devices.js';
import type { SubjectName } from './options.js';
import { startSubject, type SubjectOptions } from './start-subject.js';

const READY_MS = 30_000;

/**
 * Everything that one run needs, each in its own process: the device broker, the devices, the platform with its ledger, and the
 * subject. Resolves when a message of each of twenty devices has gone all the way; `within` closes it.
 */
export const rig = async (name: SubjectName, within: Closing, how: Omit<SubjectOptions, 'folder' | 'probed'> = {}) => {
  const mosquitto = within.add(
    await startMosquitto({ maxQueuedMessages: 0, maxInflightMessages: 0, lines: ['max_inflight_bytes 0'] }),
  );
  // The pass-through knows no window; of the gateway the platform's own limit is demanded.
  const maxInflight = name === 'pass-through' ? 65_535 : 100;
  const platform = within.add(await forkPlatform({ platform: { maxInflight, maxPacketBytes: 65_536 } }));
  const devices = within.add(await forkDevices(mosquitto.port));
  const ports = { broker: mosquitto.port, platform: platform.port };
  const subject = startSubject(name, ports, within, { ...how, probed: true });

  const through = (): Promise<boolean> =>
    platform.reached(20, 250).then(
      () => true,
      () => false,
    );
  const deadline = Date.now() + READY_MS;
  do {
    await Promise.race([devices.send(20), subject.died]);
    if (await Promise.race([through(), subject.died])) {
      // Earlier probes may still be on their way.
      await pause(300);
      return { platform, devices, subject };
    }
  } while (Date.now() < deadline);
  throw new Error(`no message came through the ${name}:\n${subject.output()}`);
};

export type Rig = Awaited<ReturnType<typeof rig>>;
