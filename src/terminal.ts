import type { Paint } from './graph/render.ts';

/** Where a command reads from and writes to, so that tests can run commands in process. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether `out` is a terminal that a person looks at. */
  readonly interactive: boolean;
  /** Aborted on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

const codes = { create: 32, update: 33, delete: 31, risk: 35, faint: 2 } as const;

/** Colours on a terminal, unless NO_COLOR is set (https://no-color.org); plain text elsewhere. */
export function painter({ interactive, env }: Pick<Terminal, 'interactive' | 'env'>): Paint {
  const coloured = interactive && !env['NO_COLOR'];
  return (role, text) => (coloured ? `\u001B[${codes[role]}m${text}\u001B[0m` : text);
}

/** Rows below a header, columns lined up, two spaces between them, nothing behind the last. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** A duration in milliseconds as kubectl shows ages: `45s`, `12m`, `5h`, `3d`. */
export function ageOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
