import { isObject } from '../../../model/is-object.js';
import { isOlder } from './is-older.js';

type Entry = Readonly<Record<string, unknown>>;

const without = (entry: Entry, keys: readonly string[]): Entry =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.includes(key)));

/** `xJsonExpression` and `xTopicExpression` as an expression with its source; the topic's wins. */
const expressionOf = (entry: Entry, older: string, name: string): Entry => {
  const [topic, json] = [entry[`${older}TopicExpression`], entry[`${older}JsonExpression`]];
  if (topic !== undefined) return { [`${name}ExpressionSource`]: 'topic', [`${name}Expression`]: topic };
  return json === undefined ? {} : { [`${name}ExpressionSource`]: 'message', [`${name}Expression`]: json };
};

const slicesOf = ({ type, deviceNameExpression, deviceTypeExpression }: Entry): Entry =>
  type === 'bytes' && deviceNameExpression !== undefined && deviceTypeExpression !== undefined
    ? { deviceNameExpression, deviceProfileExpression: deviceTypeExpression }
    : {};

const forms = (name: string): readonly string[] => [`${name}JsonExpression`, `${name}TopicExpression`];
const ofDevice = [...forms('deviceName'), ...forms('deviceType'), 'deviceNameExpression', 'deviceTypeExpression'];

/** The entry with its device named in the form of today. */
const named = (entry: Entry): Entry => {
  if (isOlder(entry)) {
    const deviceInfo = {
      ...slicesOf(entry),
      ...expressionOf(entry, 'deviceName', 'deviceName'),
      ...expressionOf(entry, 'deviceType', 'deviceProfile'),
    };
    return { ...without(entry, ofDevice), ...(Object.keys(deviceInfo).length === 0 ? {} : { deviceInfo }) };
  }
  const { deviceInfo } = entry;
  return isObject(deviceInfo) && Object.keys(deviceInfo).length === 0 ? without(entry, ['deviceInfo']) : entry;
};

/**
 * A converter or a request of the incumbent's older format in the form of today; one that is in that form comes back as it is.
 * Nothing but raw JSON, wrong values included: the codec says what is wrong with it.
 */
export const modernEntry = (entry: unknown): unknown => {
  if (!isObject(entry)) return entry;
  const { 'extension-config': older, ...rest } = named(entry);
  const attribute = expressionOf(rest, 'attributeName', 'attributeName');
  return {
    ...without(rest, forms('attributeName')),
    ...(older === undefined || rest.extensionConfig !== undefined ? {} : { extensionConfig: older }),
    ...attribute,
  };
};
