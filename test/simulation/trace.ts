import { createHash } from 'node:crypto';
import type { Clock } from '../../src/clock.ts';

/** What happened in a run, line by line, for its reader and for comparing runs. */
export interface Trace {
  add(who: string, what: string): void;
  readonly lines: readonly string[];
  /** Equal for equal runs. */
  hash(): string;
}

export function traceOf(clock: Clock): Trace {
  const lines: string[] = [];
  return {
    add: (who, what) => {
      lines.push(`${(clock.monotonic() / 1000).toFixed(3).padStart(10)}  ${who.padEnd(8)}  ${what}`);
    },
    lines,
    hash: () => createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16),
  };
}
