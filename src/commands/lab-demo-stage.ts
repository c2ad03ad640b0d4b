import type { Clock } from '../clock.ts';
import { PorticoError } from '../errors.ts';
import type { KubeTransport } from '../kube/transport.ts';
import { table } from '../terminal.ts';
import type { LabCloud } from './lab-cloud.ts';
import { namespace } from './lab-demo-manifests.ts';
import { call } from './lab-manifests.ts';

/** What the scenes of the demo have in common. */
export interface Stage {
  readonly kube: KubeTransport;
  readonly cloud: LabCloud;
  /** The same, for what has to be undone: goes on when the demo is interrupted. */
  readonly undoing: LabCloud;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly nodes: readonly StageNode[];
  /** Nodes by the address with which pods see them. */
  readonly nodeByIp: ReadonlyMap<string, string>;
  readonly out: (text: string) => void;
}

export interface StageNode {
  readonly name: string;
  readonly zone: string;
  readonly internalIp: string;
  readonly externalIp: string;
}

export interface ServiceObject {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly type: string;
    readonly clusterIP: string;
    readonly ports: readonly { readonly port: number; readonly nodePort: number; readonly protocol: string }[];
  };
  readonly status: {
    readonly loadBalancer: { readonly ingress?: readonly { readonly ip?: string }[] };
    readonly conditions?: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
  };
}

interface NodeObject {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

const servicePath = (name: string): string => `/api/v1/namespaces/${namespace}/services/${name}`;

export async function read<T>({ kube, signal }: Pick<Stage, 'kube' | 'signal'>, path: string): Promise<T> {
  const request = { method: 'GET', path, query: {}, body: null, contentType: null, signal } as const;
  return JSON.parse(await call(kube, `read ${path}`, request)) as T;
}

export const readService = (stage: Stage, name: string): Promise<ServiceObject> => read(stage, servicePath(name));

export async function patchService({ kube, signal }: Stage, name: string, change: object): Promise<void> {
  const request = {
    method: 'PATCH',
    path: servicePath(name),
    query: {},
    body: JSON.stringify(change),
    signal,
  } as const;
  await call(kube, `change Service ${name}`, { ...request, contentType: 'application/merge-patch+json' });
}

export async function remove(kube: KubeTransport, path: string, signal: AbortSignal): Promise<void> {
  const request = { method: 'DELETE', path, query: {}, body: null, contentType: null, signal } as const;
  await call(kube, `delete ${path}`, request);
}

export const removeService = ({ kube, signal }: Stage, name: string): Promise<void> =>
  remove(kube, servicePath(name), signal);

export const ipOf = ({ status }: ServiceObject): string | undefined => status.loadBalancer.ingress?.[0]?.ip;
export const nodePortOf = ({ spec }: ServiceObject): number => spec.ports[0]?.nodePort ?? 0;

export async function nodesOf(stage: Pick<Stage, 'kube' | 'signal'>): Promise<readonly StageNode[]> {
  const { items } = await read<{ readonly items: readonly NodeObject[] }>(stage, '/api/v1/nodes');
  return items.map(({ metadata, status }) => {
    const address = (type: string): string => status.addresses.find((each) => each.type === type)?.address ?? '';
    return {
      name: metadata.name,
      zone: metadata.labels['topology.kubernetes.io/zone'] ?? '',
      internalIp: address('InternalIP'),
      externalIp: address('ExternalIP'),
    };
  });
}

/** As kubectl shows them. */
export function servicesTable(services: readonly ServiceObject[]): string {
  const rows = services.map((each) => [
    each.metadata.name,
    each.spec.type,
    each.spec.clusterIP,
    ipOf(each) ?? (each.spec.type === 'LoadBalancer' ? '<pending>' : '<none>'),
    each.spec.ports.map(({ port, nodePort, protocol }) => `${port}:${nodePort}/${protocol}`).join(','),
  ]);
  return table(['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)'], rows);
}

const everyMs = 100;
const longestMs = 60_000;

/** Looks again until the check gives something. Throws `transient` when it does not within a minute. */
export async function until<T>(
  { clock, signal }: Pick<Stage, 'clock' | 'signal'>,
  what: string,
  check: () => Promise<T | undefined | false>,
): Promise<T> {
  const end = clock.monotonic() + longestMs;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (clock.monotonic() > end) {
      const text = `The lab did not come to this within a minute: ${what}. Look at what it prints, or start it anew.`;
      throw new PorticoError('transient', text, { object: `namespace ${namespace}` });
    }
    await clock.sleep(everyMs, signal);
  }
}
