import type { Scenario } from '../scenario.js';

const PUBACK = 4;

export const duplicatePuback: Scenario = {
  name: 'duplicate-puback',
  says: 'Every PUBACK of the platform comes twice or three times, some late by a few others.',
  run: async (lab, dice) => {
    const late: Buffer[] = [];
    let told = 0;
    lab.platformLine.alter((packet) => {
      if (packet[0]! >> 4 !== PUBACK) return [packet];
      told += 1;
      late.push(Buffer.from(packet));
      const again = late.length > 5 ? late.splice(0, dice.int(1, 3)) : [];
      return [packet, ...(dice.int(0, 1) === 1 ? [packet] : []), ...again];
    });
    lab.start();
    lab.devices.load(1_000);
    await lab.acknowledges(dice.int(3_000, 5_000));
    lab.fault(`${told} PUBACKs were repeated`);
    return undefined;
  },
};
