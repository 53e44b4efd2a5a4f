type Raw = Readonly<Record<string, unknown>>;

/** A data point or rule with `objectsCount` under its name of today. Raw JSON: the codec says what is wrong with it. */
export const modernPoint = (input: unknown): unknown => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const { registersCount, registerCount, ...rest } = input as Raw;
  const count = rest.objectsCount ?? registersCount ?? registerCount;
  return count === undefined ? rest : { ...rest, objectsCount: count };
};
