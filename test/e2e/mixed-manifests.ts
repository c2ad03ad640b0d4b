/** Objects of every kind that the API server serves, as a user writes them: what a server defaults is left out. */

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: object };
  readonly [field: string]: unknown;
}

const rbac = 'rbac.authorization.k8s.io';
const serviceTypes = ['ClusterIP', 'NodePort', 'LoadBalancer'];

const podSpec = {
  containers: [
    {
      name: 'web',
      image: 'nginx:1.27',
      ports: [{ containerPort: 80 }],
      env: [{ name: 'MODE', value: 'test' }],
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '512Mi' } },
      readinessProbe: { httpGet: { path: '/', port: 80 } },
    },
  ],
  volumes: [{ name: 'settings', configMap: { name: 'settings-1' } }],
};

const template = (app: string): object => ({ metadata: { labels: { app } }, spec: podSpec });

/** One of each kind; the number makes names and addresses differ. */
const oneOfEach = (n: number, namespace: string): readonly Manifest[] => {
  const labels = { set: 'mixed', number: String(n) };
  const inside = (apiVersion: string, kind: string, name: string, rest: object = {}): Manifest => ({
    apiVersion,
    kind,
    metadata: { name: `${name}-${n}`, namespace, labels },
    ...rest,
  });
  const outside = (apiVersion: string, kind: string, name: string, rest: object = {}): Manifest => ({
    apiVersion,
    kind,
    metadata: { name: `${name}-${n}`, labels },
    ...rest,
  });
  const pod = { kind: 'Pod', apiVersion: 'v1', namespace, name: `pod-${n}` };
  return [
    inside('v1', 'ConfigMap', 'settings', { data: { mode: 'test', lines: 'one\ntwo\n' } }),
    inside('v1', 'Secret', 'password', { data: { user: 'bWU=' } }),
    inside('v1', 'ServiceAccount', 'account'),
    inside('v1', 'Service', 'service', {
      spec: {
        type: serviceTypes[n % 3],
        selector: { app: `app-${n}` },
        ports: [
          { name: 'http', port: 80, targetPort: 8080 },
          { name: 'dns', port: 53, protocol: 'UDP' },
        ],
      },
    }),
    inside('v1', 'Pod', 'pod', { spec: podSpec }),
    inside('v1', 'Endpoints', 'endpoints', {
      subsets: [{ addresses: [{ ip: `10.1.0.${n}` }], ports: [{ port: 80, protocol: 'TCP' }] }],
    }),
    inside('discovery.k8s.io/v1', 'EndpointSlice', 'slice', {
      addressType: 'IPv4',
      endpoints: [{ addresses: [`10.1.1.${n}`], conditions: { ready: true } }],
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
    }),
    inside('coordination.k8s.io/v1', 'Lease', 'lease', {
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' },
    }),
    inside('apps/v1', 'Deployment', 'deployment', {
      spec: { replicas: 2, selector: { matchLabels: { app: `app-${n}` } }, template: template(`app-${n}`) },
    }),
    inside('apps/v1', 'ReplicaSet', 'replicas', {
      spec: { replicas: 1, selector: { matchLabels: { app: `set-${n}` } }, template: template(`set-${n}`) },
    }),
    inside(`${rbac}/v1`, 'Role', 'role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
    inside(`${rbac}/v1`, 'RoleBinding', 'binding', {
      roleRef: { apiGroup: rbac, kind: 'Role', name: `role-${n}` },
      subjects: [{ kind: 'ServiceAccount', name: `account-${n}`, namespace }],
    }),
    inside('v1', 'Event', 'event', {
      involvedObject: pod,
      reason: 'Tried',
      message: `number ${n}`,
      type: 'Normal',
      source: { component: 'test' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      count: 1,
    }),
    inside('events.k8s.io/v1', 'Event', 'happening', {
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'portico.dev/test',
      reportingInstance: 'test-0',
      action: 'Trying',
      reason: 'Happened',
      note: `number ${n}`,
      type: 'Warning',
      regarding: pod,
    }),
    outside('v1', 'Namespace', 'space'),
    outside('v1', 'Node', 'node', { spec: { providerID: `gce://project/zone/node-${n}` } }),
    outside(`${rbac}/v1`, 'ClusterRole', 'wide', { rules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }] }),
    outside(`${rbac}/v1`, 'ClusterRoleBinding', 'wide-binding', {
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: `wide-${n}` },
      subjects: [{ kind: 'User', name: 'me', apiGroup: rbac }],
    }),
  ];
};

/** So many manifests, all kinds in turn, after the namespace that they are in. */
export function mixedManifests(count: number, namespace: string): readonly Manifest[] {
  const kinds = oneOfEach(1, namespace).length;
  const sets = Array.from({ length: Math.ceil((count - 1) / kinds) }, (_, at) => oneOfEach(at + 1, namespace));
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...sets.flat()].slice(0, count);
}
