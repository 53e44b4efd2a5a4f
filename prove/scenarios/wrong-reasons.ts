import type { Scenario } from '../scenario.js';

/** Each may come of a passing fault. */
const PASSING = [128, 131, 135, 143, 145] as const;
/** None that MQTT knows for a PUBACK. */
const UNKNOWN = [1, 3, 77, 200, 255] as const;
const PUBACK = 4;
const POISON = 'never-to-be-taken';

export const wrongReasons: Scenario = {
  name: 'wrong-reasons',
  says: 'PUBACKs with reasons that mean a passing fault, that mean nothing, and one (153) that refuses a single message for good.',
  run: async (lab, dice) => {
    const daemon = lab.start();
    await lab.devices.burst(200);
    await lab.acknowledgesAll();
    const fault = async (device: string, reason: number): Promise<void> => {
      lab.fault(`reason ${reason} for ${device}`);
      await lab.platform.command({
        do: 'fault',
        topic: 'v1/gateway/telemetry',
        contains: `"${device}":`,
        times: 1,
        answer: { reason },
      });
    };
    const strange = dice.pick(UNKNOWN);
    let skip = dice.int(0, 10);
    // Stored by the platform, and answered with what no platform should answer.
    lab.platformLine.alter((packet) => {
      if (packet[0]! >> 4 !== PUBACK || packet.length !== 4 || skip-- !== 0) return [packet];
      return [Buffer.from([0x40, 3, packet[2]!, packet[3]!, strange])];
    });
    lab.fault(`reason ${strange}, which MQTT does not know, after ${skip} others`);
    const passing = dice.shuffled(lab.devices.names).slice(0, 5);
    for (const device of passing) await fault(device, dice.pick(PASSING));
    await lab.platform.command({ do: 'fault', contains: POISON, answer: { reason: 153 } });
    lab.fault('reason 153 for one message');
    // All of one burst are in one pack for each device; the poison must not take the others with it.
    await lab.devices.burst(dice.int(0, 19));
    const poisoned = lab.devices.names[lab.devices.sent() % lab.devices.names.length]!;
    await lab.devices.burst(1, `,"${POISON}":1`);
    await lab.devices.burst(1_000);
    await daemon.until(() => daemon.counted('dropped.refused') > 0, 20_000, 'a message that was refused');
    return { drops: true, overtaken: [...passing, poisoned] };
  },
};
