import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { GceComputeOptions } from '../../../mocks/index.ts';

/** As the image runs it: what `npm run build` has compiled. */
const program = [
  '--enable-source-maps',
  '--max-semi-space-size=2',
  join(import.meta.dirname, '../../../dist/src/cli.js'),
];

export interface Server {
  readonly url: string;
  close(): Promise<void>;
}

export const startCloud = (options: Omit<GceComputeOptions, 'clock'>): Promise<Server> =>
  startServer(join(import.meta.dirname, 'cloud-server.ts'), [JSON.stringify(options)]);

export const startKube = (): Promise<Server> => startServer(join(import.meta.dirname, '../kube-server.ts'), []);

async function startServer(file: string, args: readonly string[]): Promise<Server> {
  const child = fork(file, [...args], { stdio: 'inherit' });
  const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }];
  return {
    url,
    close: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

export interface Usage {
  /** Since the process began. */
  readonly cpuMs: number;
  readonly rssMiB: number;
}

export interface Controller {
  readonly usage: () => Promise<Usage>;
  /** How often a series of the metric that has all these labels counted, or what it is; 0 when there is none. */
  readonly metric: (name: string, ...labels: readonly string[]) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** `portico run` as a process of its own; resolves when its metrics can be read. */
export async function startController(args: readonly string[]): Promise<Controller> {
  const child: ChildProcess = spawn(process.execPath, [...program, 'run', '--metrics-addr', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const ended = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    const said: string[] = [];
    if (!child.stderr) throw new Error('the controller has no log');
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.splice(20);
      said.unshift(line);
      const port = /"port":(\d+).*"metrics served"/.exec(line)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}/metrics`);
    });
    child.once('exit', () => reject(new Error(`portico run ended:\n${said.join('\n')}`)));
  });
  const read = async (name: string, ...labels: readonly string[]): Promise<number> => {
    const text = await (await fetch(url)).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => labels.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  };
  return {
    usage: async () => ({
      cpuMs: Math.round((await read('process_cpu_seconds_total')) * 1000),
      rssMiB: Math.round((await read('process_resident_memory_bytes')) / 2 ** 20),
    }),
    metric: read,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
