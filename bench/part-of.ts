/** Where time can go, in the order in which it is drawn. */
export const parts = {
  mqtt: { label: 'mqtt.js, its parser and its streams', colour: '#4c78a8' },
  convert: { label: 'MQTT connector: parse, convert, stamp', colour: '#f58518' },
  buffer: { label: 'buffer: row texts, SQLite on the main thread', colour: '#54a24b' },
  send: { label: 'sink: pack, encode, publish', colour: '#b279a2' },
  rxjs: { label: 'RxJS', colour: '#eeca3b' },
  other: { label: 'the rest of the program', colour: '#9d755d' },
  node: { label: 'Node and system calls', colour: '#8c96a3' },
  garbage: { label: 'garbage collection, main thread', colour: '#e45756' },
  v8: { label: 'V8’s helper threads: garbage, compilation', colour: '#ff9d98' },
  pool: { label: 'SQLite’s own thread', colour: '#88d27a' },
} as const;

export type Part = keyof typeof parts;

const places: readonly (readonly [RegExp, Part])[] = [
  [/\/\.cache\/bench\//, 'other'],
  [/\/node_modules\/rxjs\//, 'rxjs'],
  [/\/node_modules\/sqlite3\//, 'buffer'],
  // Under the gateway's dependencies all others are mqtt.js's, winston apart, which is silent under load.
  [/\/node_modules\//, 'mqtt'],
  [/\/dist\/(sources|operators\/(extract|convert|stamp|enclose|drop-malformed))\b/, 'convert'],
  [/\/dist\/operators\/(buffer|batch-map)\b/, 'buffer'],
  [/\/dist\/(sinks|operators\/(pack-map|rate-limit|sliding-window|fifo|flat))\b/, 'send'],
];

/** The part that a file belongs to; undefined for Node's own and for what has no file: they work for whoever called them. */
export const partOf = (url: string): Part | undefined =>
  url.startsWith('file:') || url.startsWith('/')
    ? (places.find(([place]) => place.test(url))?.[1] ?? 'other')
    : undefined;
