import type { Row } from './table.js';

const columns = ['figure', 'subject', 'value', 'ratio', 'target', 'verdict'] as const;
const toTheRight: ReadonlySet<string> = new Set(['value', 'ratio']);

/** Prints the rows as a table, each figure's name once. */
export const printRows = (rows: readonly Row[]): void => {
  const header = {
    figure: 'figure',
    subject: 'subject',
    value: 'value',
    ratio: '× pass',
    target: 'target',
    verdict: '',
  };
  const shown = rows.map((row, i) => ({ ...row, figure: rows[i - 1]?.figure === row.figure ? '' : row.figure }));
  const lines = [header, ...shown];
  const width = (column: (typeof columns)[number]): number => Math.max(...lines.map((line) => line[column].length));
  for (const line of lines)
    console.log(
      columns
        .map((column) =>
          toTheRight.has(column) ? line[column].padStart(width(column)) : line[column].padEnd(width(column)),
        )
        .join('  ')
        .trimEnd(),
    );
};
