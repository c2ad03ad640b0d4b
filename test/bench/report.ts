/** One thing measured: how long it took in all, and how long each call took. */
export interface Measured {
  readonly what: string;
  readonly count: number;
  readonly totalMs: number;
  /** Milliseconds of each call, or of each event from write to arrival; empty where there is only a total. */
  readonly eachMs: readonly number[];
}

export interface Row {
  readonly what: string;
  readonly count: number;
  readonly totalMs: number;
  readonly perSecond: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export function rowOf({ what, count, totalMs, eachMs }: Measured): Row {
  const sorted = eachMs.toSorted((a, b) => a - b);
  const at = (share: number): number | null => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return value === undefined ? null : round(value);
  };
  const perSecond = Math.round((count / totalMs) * 1000);
  return { what, count, totalMs: round(totalMs), perSecond, p50Ms: at(0.5), p99Ms: at(0.99) };
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Columns aligned: those of texts to the left, those of numbers to the right; `-` for what was not measured. */
export function tableOf(rows: readonly Readonly<Record<string, string | number | null>>[]): string {
  const heads = Object.keys(rows[0] ?? {});
  const cells = [heads, ...rows.map((row) => heads.map((head) => String(row[head] ?? '-')))];
  const ofNumbers = heads.map((head) => rows.every((each) => typeof (each[head] ?? 0) === 'number'));
  const widths = heads.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)));
  return cells
    .map((line) =>
      line
        .map((cell, at) => (ofNumbers[at] === true ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
