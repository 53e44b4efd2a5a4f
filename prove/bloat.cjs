// Loaded into a gateway by `--sabotage bloat`: memory that is not flat.
globalThis.bloat = Buffer.alloc(600 * 1024 * 1024, 1);
