const zones = ['us-central1-a', 'us-central1-b', 'us-central1-c'];

export interface Machine {
  readonly name: string;
  readonly zone: string;
}

export const machine = (number: number): Machine => ({
  name: `node-${number}`,
  zone: zones[number % zones.length] ?? '',
});

/** A node as large as a real one: kubelets report up to fifty images, here thirty with two names each. */
export const nodeOf = ({ name, zone }: Machine): unknown => ({
  metadata: {
    name,
    labels: {
      'topology.kubernetes.io/zone': zone,
      'topology.kubernetes.io/region': 'us-central1',
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      'node.kubernetes.io/instance-type': 'e2-standard-8',
    },
  },
  spec: { providerID: `gce://portico/${zone}/${name}` },
  status: statusOf(name, 0),
});

/** What a kubelet reports, the `beat`-th time. */
export const statusOf = (name: string, beat: number): unknown => ({
  addresses: [
    { type: 'InternalIP', address: '10.0.0.1' },
    { type: 'Hostname', address: name },
  ],
  capacity: { cpu: '8', memory: '32Gi', pods: '110' },
  allocatable: { cpu: '7', memory: '28Gi', pods: '110' },
  conditions: ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
    type,
    status: type === 'Ready' ? 'True' : 'False',
    reason: `Kubelet${type}`,
    message: `kubelet has told its ${type}`,
    lastHeartbeatTime: new Date(Date.UTC(2026, 0, 1) + beat * 10_000).toISOString(),
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })),
  images: Array.from({ length: 30 }, (_, at) => {
    const image = `registry.example/team-${at % 7}/service-with-a-long-name-${at}`;
    return { names: [`${image}@sha256:${String(at).padStart(64, '0')}`, `${image}:v1.${at}.0`], sizeBytes: 1e8 + at };
  }),
  nodeInfo: { kubeletVersion: 'v1.36.2', osImage: 'Debian GNU/Linux 12', containerRuntimeVersion: 'containerd://2.0' },
});

/** A Service as people write it. */
export const serviceOf = (
  name: string,
  more: { readonly annotations?: object; readonly spec?: object } = {},
): unknown => ({
  metadata: { name, labels: { app: name }, ...(more.annotations ? { annotations: more.annotations } : {}) },
  spec: {
    type: 'LoadBalancer',
    selector: { app: name },
    ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    ...more.spec,
  },
});
