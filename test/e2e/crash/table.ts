import type { Cell } from './run.ts';

const heads = ['scenario', 'call', 'killed before the work', 'killed after it, before the answer'];

/** Markdown that lines up: a row a call, and a last line with the sums. */
export function table(cells: readonly Cell[]): string {
  const calls = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = `${cell.scenario}\n${cell.call}`;
    calls.set(key, [...(calls.get(key) ?? []), cell]);
  }
  const result = (both: readonly Cell[], moment: Cell['moment']): string => {
    const cell = both.find((each) => each.moment === moment);
    return cell ? (cell.problem ?? 'clean') : '';
  };
  const rows = [...calls].map(([key, both]) => [...key.split('\n'), result(both, 'before'), result(both, 'after')]);
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, at) => (row[at] ?? '').padEnd(width)).join(' | ')} |`;
  const clean = cells.filter(({ problem }) => problem === undefined).length;
  return [
    line(heads),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
    `${cells.length} kills at ${calls.size} calls: ${clean} clean, ${cells.length - clean} not.`,
  ].join('\n');
}
