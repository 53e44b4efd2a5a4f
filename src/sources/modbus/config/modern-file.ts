type Raw = Readonly<Record<string, unknown>>;

const moved: readonly string[] = ['server', 'slaves', 'master', 'slave'];

const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A device of the older form as a slave: what it does not say, its server does. */
const slaveOf =
  (server: Raw) =>
  (device: unknown): unknown => {
    if (!isRaw(device)) return device;
    const { timeseriesPollPeriod, attributesPollPeriod, ...own } = device;
    const pollPeriod = own.pollPeriod ?? timeseriesPollPeriod ?? attributesPollPeriod;
    return { ...server, ...own, ...(pollPeriod === undefined ? {} : { pollPeriod }) };
  };

const masterOf = ({ master, server, slaves }: Raw): unknown => {
  if (master !== undefined && master !== null) return master;
  if (isRaw(server)) {
    const { devices } = server;
    return { slaves: Array.isArray(devices) ? devices.map(slaveOf(server)) : devices };
  }
  return slaves === undefined ? undefined : { slaves };
};

const unwrapped = (area: unknown): unknown => (Array.isArray(area) && area.length === 1 ? (area[0] as unknown) : area);

const localOf = (local: unknown): unknown =>
  isRaw(local) && isRaw(local.values)
    ? {
        ...local,
        values: Object.fromEntries(Object.entries(local.values).map(([name, area]) => [name, unwrapped(area)])),
      }
    : local;

/**
 * A whole connector file in the form of today: the older `server` with its `devices` becomes `master.slaves`, and areas of the local slave that stand in
 * lists of one are taken out of them. Works on a copy, of raw JSON. Source: modbus.md, Legacy config.
 */
export const modernFile = (file: unknown): unknown => {
  if (!isRaw(file)) return file;
  const rest = Object.entries(file).filter(([key]) => !moved.includes(key));
  const { slave } = file;
  const master = masterOf(file);
  return {
    ...Object.fromEntries(rest),
    ...(master === undefined ? {} : { master }),
    ...(slave === undefined ? {} : { slave: localOf(slave) }),
  };
};
