// A converter of one's own, both ways: a scale sends four bytes, grams; what is set on the platform goes back as four bytes.
import type { MqttConverter } from 'tributary-gateway';

const up: MqttConverter['up'] = ({ extensionConfig }) => {
  const perGram = Number(extensionConfig.perGram ?? 1);
  return ({ topic, bytes }) => {
    if (bytes.length !== 4) throw new Error(`${bytes.length} bytes are no weight`);
    const grams = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0) / perGram;
    return { deviceName: topic.split('/')[1] ?? topic, deviceType: 'scale', telemetry: { grams } };
  };
};

const down: MqttConverter['down'] = ({ extensionConfig }) => {
  const perGram = Number(extensionConfig.perGram ?? 1);
  const weight = (grams: unknown): Uint8Array => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setInt32(0, Number(grams) * perGram);
    return bytes;
  };
  // An update brings all the attributes that its rule fits, a call its parameters. The topic is the rule's.
  return (command) => (command.kind === 'rpc' ? weight(command.params) : Object.values(command.values).map(weight));
};

export default { up, down } satisfies MqttConverter;
