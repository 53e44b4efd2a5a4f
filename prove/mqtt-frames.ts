/**
 * Cuts a stream of bytes into MQTT packets; what is not whole yet waits for its rest.
 * Source: the fixed header of MQTT, the same in 3.1.1 and 5.
 */
export const mqttFrames = () => {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes: Buffer): readonly Buffer[] => {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const packets: Buffer[] = [];
    let from = 0;
    for (;;) {
      let at = from + 1;
      let size = 0;
      for (let shift = 0; at < all.length; shift += 7) {
        const byte = all[at++]!;
        size += (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      const known = at > from + 1 && at <= all.length && all[at - 1]! < 0x80;
      if (!known || at + size > all.length) break;
      packets.push(all.subarray(from, at + size));
      from = at + size;
    }
    rest = all.subarray(from);
    return packets;
  };
};
