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
