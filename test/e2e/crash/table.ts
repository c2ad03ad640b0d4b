import type { Cell } from './run.ts';

/** Markdown: a row a call, and a last line with the sums. */
export function table(cells: readonly Cell[]): string {
  const rows = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = `| ${cell.scenario} | ${cell.call} |`;
    rows.set(key, [...(rows.get(key) ?? []), cell]);
  }
  const lines = [...rows].map(([key, both]) => `${key} ${both.map(({ problem }) => problem ?? 'clean').join(' | ')} |`);
  const clean = cells.filter(({ problem }) => problem === undefined).length;
  return [
    '| scenario | call | killed before the work | killed after the work, before the answer |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
    `${cells.length} kills at ${rows.size} calls: ${clean} clean, ${cells.length - clean} not.`,
  ].join('\n');
}
