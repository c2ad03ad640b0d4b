import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ran {
  /** Null when it was stopped. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Kubectl {
  readonly done: Promise<Ran>;
  /** What it has printed so far. */
  printed(): string;
  stop(): void;
}

const longestRunMs = 15_000;

/** Starts the installed kubectl. `home` holds its caches. */
export function kubectl(
  args: readonly string[],
  input: string | undefined,
  home: string,
  env: Readonly<Record<string, string>>,
): Kubectl {
  const child = spawn('kubectl', args, {
    env: { PATH: process.env['PATH'], HOME: home, TZ: 'UTC', ...env },
    stdio: 'pipe',
    timeout: longestRunMs,
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const done = once(child, 'close').then(([exitCode]: (number | null)[]) => ({
    exitCode: exitCode ?? null,
    stdout,
    stderr,
  }));
  return { done, printed: () => stdout, stop: () => void child.kill('SIGKILL') };
}
