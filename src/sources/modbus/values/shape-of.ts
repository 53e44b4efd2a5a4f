const fixed = {
  '8int': { kind: 'int', bytes: 1 },
  '8uint': { kind: 'uint', bytes: 1 },
  '16int': { kind: 'int', bytes: 2 },
  '16uint': { kind: 'uint', bytes: 2 },
  '16float': { kind: 'float', bytes: 2 },
  '32int': { kind: 'int', bytes: 4 },
  '32uint': { kind: 'uint', bytes: 4 },
  '32float': { kind: 'float', bytes: 4 },
  '64int': { kind: 'int', bytes: 8 },
  '64uint': { kind: 'uint', bytes: 8 },
  '64float': { kind: 'float', bytes: 8 },
} as const satisfies Readonly<Record<string, Shape>>;

/** Types that take their size from the number of registers. */
const sized = {
  int: 'int',
  integer: 'int',
  long: 'int',
  word: 'int',
  dword: 'int',
  'dword/integer': 'int',
  uint: 'uint',
  unsigned: 'uint',
  'unsigned int': 'uint',
  'unsigned integer': 'uint',
  float: 'float',
  double: 'float',
} as const;

const open = { string: 'string', bytes: 'bytes', bit: 'bits', bits: 'bits', coil: 'bits', coils: 'bits' } as const;

/** The name of a type, in lower case. */
export type ValueType = keyof typeof fixed | keyof typeof sized | keyof typeof open;

/** What a type is made of: a number of so many bytes, or as much text, bytes or bits as its count says. */
export type Shape =
  | { readonly kind: 'int' | 'uint' | 'float'; readonly bytes: 1 | 2 | 4 | 8 }
  | { readonly kind: 'string' | 'bytes' | 'bits' };

/** Every name of a type. */
export const valueTypes = [fixed, sized, open].flatMap((names) => Object.keys(names)) as readonly ValueType[];

const isFixed = (type: ValueType): type is keyof typeof fixed => type in fixed;
const isOpen = (type: ValueType): type is keyof typeof open => type in open;

/** The shape of a type over `count` registers. Undefined if there is none: a type without a size of its own has 1, 2 or 4 registers. */
export const shapeOf = (type: ValueType, count: number): Shape | undefined => {
  if (isFixed(type)) return fixed[type];
  if (isOpen(type)) return { kind: open[type] };
  const kind = sized[type];
  return count === 1 || count === 2 || count === 4 ? { kind, bytes: (count * 2) as 2 | 4 | 8 } : undefined;
};
