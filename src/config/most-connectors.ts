/** How many connectors a main file may have. More do not fit one process. */
export const MOST_CONNECTORS = 1_000;
