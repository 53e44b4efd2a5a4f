/** Registers or bits of a slave that belong together: a data point's. */
export interface Place {
  readonly functionCode: 1 | 2 | 3 | 4;
  /** The first, counted from 0. */
  readonly address: number;
  /** How many. */
  readonly width: number;
  /** No request that reads it along with others may be larger. Default: what the slave takes. */
  readonly limit?: number;
}

/** One request, and the places it reads. */
export interface Read<P extends Place = Place> {
  readonly functionCode: 1 | 2 | 3 | 4;
  readonly address: number;
  readonly count: number;
  readonly places: readonly P[];
}

/** How requests may be merged. */
export interface Limits {
  /** Registers and bits that the slave gives in one answer. */
  readonly maxRegistersPerRequest: number;
  readonly maxBitsPerRequest: number;
  /** Registers and bits between two places that a request may read along. */
  readonly maxGapRegisters: number;
  readonly maxGapBits: number;
}
