import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type KubeApiServer, startKubeApiServer } from '../../mocks/index.ts';
import { program } from './portico-process.ts';

export const kubectlInstalled = (await program('kubectl', ['version', '--client'])) !== undefined;
if (!kubectlInstalled) console.log('kubectl is not installed: the API server is not tried with it');

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Real kubectl with a home of its own, on an API server of its own. */
export interface Kubectl {
  readonly server: KubeApiServer;
  readonly folder: string;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** What it prints; throws when it fails. */
  ok(...args: string[]): Promise<string>;
  /** Lets it print until it has printed that, and ends it; all that it printed. */
  until(text: string, ...args: string[]): Promise<string>;
  /** Path of a file of YAML with these objects. */
  manifests(name: string, objects: readonly unknown[]): Promise<string>;
  /** Path of a shell script. */
  script(name: string, lines: string): Promise<string>;
  close(): Promise<void>;
}

export async function startKubectl(namespace: string): Promise<Kubectl> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-kubectl-'));
  const server = await startKubeApiServer({ seed: 1 });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, server.kubeconfig());
  const own = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder };
  const inNamespace = (args: readonly string[]): string[] => ['-n', namespace, ...args];

  const run: Kubectl['run'] = (args, env = {}) =>
    new Promise((resolve) => {
      execFile('kubectl', inNamespace(args), { env: { ...own, ...env } }, (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
      });
    });
  return {
    server,
    folder,
    run,
    async ok(...args) {
      const { code, out, err } = await run(args);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${err}${out}`);
      return out;
    },
    until: (text, ...args) =>
      new Promise((resolve, reject) => {
        const child = spawn('kubectl', inNamespace(args), {
          env: own,
          stdio: ['ignore', 'pipe', 'inherit'],
          // A group of its own: where kubectl is a dispatcher, the one that prints is its child.
          detached: true,
        });
        let out = '';
        child.stdout.on('data', (chunk: Buffer) => {
          out += chunk.toString();
          if (out.includes(text) && child.pid !== undefined && child.exitCode === null) process.kill(-child.pid);
        });
        child.on('error', reject);
        child.on('close', () => {
          if (out.includes(text)) resolve(out);
          else reject(new Error(`kubectl ${args.join(' ')} ended without ${text}:\n${out}`));
        });
      }),
    async manifests(name, objects) {
      const path = join(folder, name);
      await writeFile(path, `---\n${objects.map((object) => stringify(object)).join('---\n')}`);
      return path;
    },
    async script(name, lines) {
      const path = join(folder, name);
      await writeFile(path, `#!/bin/sh\n${lines}\n`);
      await chmod(path, 0o755);
      return path;
    },
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
