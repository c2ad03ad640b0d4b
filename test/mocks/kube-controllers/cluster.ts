import { createKubeApi, type KubeApi, readyPods } from '../../../mocks/index.ts';
import { type VirtualClock, virtualClock } from '../../virtual-clock.ts';
import { ask, textOfAnswer } from '../kube-apiserver/ask.ts';

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly uid: string; readonly kind: string; readonly controller?: boolean }[];
}

export interface KubeThing {
  readonly kind: string;
  readonly metadata: Metadata;
  // oxlint-disable-next-line typescript/no-explicit-any -- Tests look at whatever the objects hold.
  readonly spec: any;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly status: any;
}

/** A cluster in one thread: API server, controllers, scheduler and kubelets under a virtual clock. */
export interface TestCluster {
  readonly clock: VirtualClock;
  readonly api: KubeApi;
  request(method: string, path: string, body?: unknown, type?: string): Promise<KubeThing>;
  statusOf(method: string, path: string, body?: unknown): Promise<number>;
  list(path: string): Promise<readonly KubeThing[]>;
  pods(): Promise<readonly KubeThing[]>;
}

export const inDefault = {
  pods: '/api/v1/namespaces/default/pods',
  services: '/api/v1/namespaces/default/services',
  deployments: '/apis/apps/v1/namespaces/default/deployments',
  sets: '/apis/apps/v1/namespaces/default/replicasets',
  slices: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
} as const;

export interface ClusterShape {
  readonly nodes?: number;
  readonly seed?: number;
  /** Without it there are neither scheduler nor kubelets. */
  readonly running?: boolean;
}

export async function testCluster({ nodes = 3, seed = 1, running = true }: ClusterShape = {}): Promise<TestCluster> {
  const clock = virtualClock({ seed });
  const api = createKubeApi({ clock, seed, controllers: true, ...(running ? { pods: readyPods({ clock }) } : {}) });
  const cluster: TestCluster = {
    clock,
    api,
    request: async (method, path, body, type = 'application/json') =>
      JSON.parse(textOfAnswer(await ask(api, method, path, body, { headers: { 'content-type': type } }))) as KubeThing,
    statusOf: async (method, path, body) => (await ask(api, method, path, body)).status,
    list: async (path) => (JSON.parse(textOfAnswer(await ask(api, 'GET', path))) as { items: KubeThing[] }).items,
    pods: () => cluster.list(inDefault.pods),
  };
  for (let index = 1; index <= nodes; index += 1) await cluster.request('POST', '/api/v1/nodes', nodeNamed(index));
  await clock.advance(100);
  return cluster;
}

export const nodeNamed = (index: number) => ({
  metadata: {
    name: `node-${index}`,
    labels: { 'kubernetes.io/hostname': `node-${index}`, 'topology.kubernetes.io/zone': `zone-${index % 2}` },
  },
  spec: { podCIDR: `10.244.${index}.0/24` },
  status: {
    addresses: [{ type: 'InternalIP', address: `10.128.0.${index}` }],
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }],
  },
});

export const deployment = (replicas: number, image = 'kubia:1', more: Readonly<Record<string, unknown>> = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'kubia' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'kubia' } },
    template: {
      metadata: { labels: { app: 'kubia' } },
      spec: { containers: [{ name: 'kubia', image, ports: [{ containerPort: 8080, name: 'http' }] }] },
    },
    ...more,
  },
});

export const service = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  metadata: { name },
  spec: { selector: { app: 'kubia' }, ports: [{ port: 80, targetPort: 'http' }], ...more },
});

export const mergePatch = 'application/merge-patch+json';
