import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  type GceComputeServer,
  type KubeApiServer,
  type KubeApiServerOptions,
  type PodRuntime,
  startGceCompute,
  startKubeApiServer,
} from '../../mocks/index.ts';
import { PorticoError } from '../errors.ts';
import { fileGone, removedAtEnd } from './leavings.ts';

/** The first line of every kubeconfig of ours: a file without it is somebody's, and not overwritten. */
const signature = '# Written by portico for a stand-in cluster; removed when it ends.\n';

export interface KubeServer {
  readonly url: string;
  /** Path of the kubeconfig. */
  readonly kubeconfig: string;
  readonly server: KubeApiServer;
  readonly close: () => Promise<void>;
}

export interface KubeServerOptions {
  readonly port: number;
  /** Where to write the kubeconfig. Default: a folder of its own. */
  readonly file: string | undefined;
  /** Whether endpoints, nodes, Deployments and the rest are looked after. */
  readonly controllers: boolean;
  /** What runs the pods of nodes; absent: nobody. */
  readonly pods?: PodRuntime;
  /** Who may come in, and how. Default: everybody, over HTTP. */
  readonly access?: Pick<KubeApiServerOptions, 'tls' | 'auth'>;
}

/** Starts the API server and writes its kubeconfig. Both end together. */
export async function serveKube(options: KubeServerOptions, flag = '--port'): Promise<KubeServer> {
  const { port, file, controllers, pods: runtime, access } = options;
  if (file !== undefined) await refuseToOverwrite(file);
  const pods = runtime ? { pods: runtime } : {};
  const server = await listening(flag, port, () => startKubeApiServer({ port, controllers, ...pods, ...access }));
  const kubeconfig = file === undefined ? join(await mkdtemp(join(tmpdir(), 'portico-')), 'kubeconfig') : resolve(file);
  try {
    await writeFile(kubeconfig, signature + server.kubeconfig(), { mode: 0o600 });
  } catch (cause) {
    await server.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PorticoError(
      'invalid',
      `Cannot write the kubeconfig ${kubeconfig}: ${why}. Make its folder, or name another file.`,
      {
        object: kubeconfig,
        cause,
      },
    );
  }
  const remove = removedAtEnd(fileGone(file ?? dirname(kubeconfig)));
  return {
    url: server.url,
    kubeconfig,
    server,
    close: async () => {
      await server.close();
      await remove();
    },
  };
}

async function refuseToOverwrite(file: string): Promise<void> {
  const present = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new PorticoError('invalid', `Cannot read ${file}: ${error.message}.`, { object: file, cause: error });
  });
  if (present === undefined || present === '' || present.startsWith(signature)) return;
  throw new PorticoError(
    'invalid',
    `${file} is a kubeconfig that Portico did not write. Name another file, or another folder.`,
    { object: file },
  );
}

export interface GceServerOptions {
  readonly port: number;
  readonly project: string;
  readonly region: string;
  readonly zones?: readonly string[];
  readonly opLatency: number;
  /** Where external addresses come from. Default: the ranges for documentation. */
  readonly externalRanges?: readonly string[];
}

export interface GceServer {
  readonly url: string;
  readonly server: GceComputeServer;
  readonly close: () => Promise<void>;
}

export async function serveGce(
  { port, project, region, zones, opLatency, externalRanges }: GceServerOptions,
  flag = '--port',
): Promise<GceServer> {
  const server = await listening(flag, port, () =>
    startGceCompute({
      port,
      project,
      region,
      operationLatencyMs: opLatency,
      ...(zones && { zones }),
      ...(externalRanges && { externalRanges }),
    }),
  );
  return { url: server.url, server, close: () => server.close() };
}

async function listening<T>(flag: string, port: number, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EACCES' ? 'this user may not listen there' : 'something else listens there';
    throw new PorticoError(
      'invalid',
      `Port ${port} of 127.0.0.1 cannot be used: ${why}. Give ${flag} another, or 0 for any.`,
      { cause: error },
    );
  }
}

/** What gcloud needs in its environment to talk to the stand-in, without credentials. Shell text, two spaces in front. */
export const gcloudSettings = (url: string, project: string): string =>
  Object.entries(gcloudEnvironment(url, project))
    .map(([name, value]) => `  export ${name}=${value}\n`)
    .join('');

export const gcloudEnvironment = (url: string, project: string): Readonly<Record<string, string>> => ({
  CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: `${url}/compute/v1/`,
  CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
  CLOUDSDK_CORE_PROJECT: project,
});
