import type { Cluster } from './cluster.ts';
import type { JsonObject } from './json.ts';
import { create } from './rest/create.ts';

const namespaces = ['kube-system', 'kube-public', 'kube-node-lease', 'default'];

/** What a new cluster holds: its namespaces, and the Service under which pods reach the API. */
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
}

function make(cluster: Cluster, plural: string, namespace: string, object: JsonObject): void {
  const kind = cluster.resources.find('', 'v1', plural);
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
