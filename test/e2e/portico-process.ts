import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

/** A command line of ours as a process of its own, as people start it. */
export interface PorticoProcess {
  /** The first line it prints, parsed: what `-o json` gives. */
  readonly ready: Promise<Record<string, string>>;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly errors: () => string;
  kill(signal: NodeJS.Signals): void;
}

export const portico = (...args: string[]): PorticoProcess => porticoIn({}, ...args);

/** The same, with more in its environment. */
export function porticoIn(env: Readonly<Record<string, string>>, ...args: string[]): PorticoProcess {
  const child: ChildProcess = spawn(process.execPath, ['src/cli.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const ready = new Promise<Record<string, string>>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const end = out.indexOf('\n');
      if (end >= 0 && out.startsWith('{')) resolve(JSON.parse(out.slice(0, end)) as Record<string, string>);
    });
    child.once('exit', () => {
      reject(new Error(`portico ${args.join(' ')} ended before it was ready:\n${out}${err}`));
    });
  });
  ready.catch(() => undefined);
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown');
  return { ready, ended, errors: () => err, kill: (signal) => void child.kill(signal) };
}

/** What the gcloud.env beside a lab's kubeconfig exports, and that kubeconfig. */
export function labEnvironment(kubeconfig: string): Readonly<Record<string, string>> {
  const exported = readFileSync(join(dirname(kubeconfig), 'gcloud.env'), 'utf8').matchAll(/export (\w+)=(.*)/g);
  return {
    ...Object.fromEntries([...exported].map(([, name = '', value = '']) => [name, value])),
    KUBECONFIG: kubeconfig,
  };
}

/** Looks again until the check gives something; other processes are at work in between. Fails after two minutes. */
export async function until<T>(what: string, check: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited two minutes for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${url}: HTTP ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

export const post = <T>(url: string, body: unknown): Promise<T> =>
  json(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

const run = promisify(execFile);

/** Runs a program of the machine; `undefined` when it is not installed. */
export async function program(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  try {
    const { stdout } = await run(name, [...args], { cwd: root, env: { ...process.env, ...env } });
    return stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
