import { type Cluster, newUid } from './cluster.ts';
import type { JsonObject } from './json.ts';
import { create } from './rest/create.ts';

const namespaces = ['kube-system', 'kube-public', 'kube-node-lease', 'default'];

/** What a new cluster holds: its namespaces, the Service under which pods reach the API, and the API server's lease. */
export function bootstrap(cluster: Cluster): void {
  for (const name of namespaces) {
    make(cluster, 'namespaces', '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  make(cluster, 'services', 'default', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: '10.96.0.1',
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', port: 443, targetPort: 6443 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
  });
  make(cluster, 'leases', 'kube-system', identity(cluster), 'coordination.k8s.io');
}

/** The lease by which the API server itself is known. It is not renewed, so that a quiet cluster stays quiet. */
function identity(cluster: Cluster): JsonObject {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const suffix = Array.from({ length: 26 }, () => letters.charAt(Math.floor(cluster.random() * letters.length)));
  const name = `apiserver-${suffix.join('')}`;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      labels: { 'apiserver.kubernetes.io/identity': 'kube-apiserver', 'kubernetes.io/hostname': 'host' },
      annotations: { 'kubernetes.io/peer-advertise-address': '127.0.0.1:6443' },
    },
    spec: {
      holderIdentity: `${name}_${newUid(cluster)}`,
      leaseDurationSeconds: 3600,
      renewTime: new Date(cluster.clock.now()).toISOString().replace('Z', '000Z'),
    },
  };
}

function make(cluster: Cluster, plural: string, namespace: string, object: JsonObject, group = ''): void {
  const kind = cluster.resources.find(group, 'v1', plural);
  if (!kind) return;
  const headers: Readonly<Record<string, string>> = {
    'content-type': 'application/json',
    'user-agent': 'kube-apiserver/v1.36',
  };
  create({
    cluster,
    kind,
    namespace,
    name: '',
    subresource: '',
    query: new URLSearchParams(),
    header: (name) => headers[name],
    body: new TextEncoder().encode(JSON.stringify(object)),
    user: { name: 'system:apiserver', uid: '', groups: ['system:masters'], extra: {} },
    signal: new AbortController().signal,
  });
}
