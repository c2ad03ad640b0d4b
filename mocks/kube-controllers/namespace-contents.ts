import type { Clock } from '../../src/clock.ts';
import { isTerminating, nameOf } from '../kube-apiserver/metadata.ts';
import { type ClusterClient, isRefusal } from './client.ts';
import { workQueue } from './work-queue.ts';

/** As soon as can be: without them no pod can be made in the namespace. */
const delayMs = 0;

/**
 * What every namespace has: the ServiceAccount `default` and the certificate authority of the API server, made again
 * when somebody deletes them.
 */
export function runNamespaceContents(
  client: ClusterClient,
  clock: Clock,
  signal: AbortSignal,
  certificateAuthority: string,
): void {
  const queue = workQueue(clock, signal, delayMs, (namespace) => fill(client, namespace, certificateAuthority));
  client.watch('/namespaces', ({ key }) => queue.add(key));
  for (const resource of ['/serviceaccounts', '/configmaps'] as const) {
    client.watch(resource, ({ key, object }) => {
      if (!object && /\/(default|kube-root-ca\.crt)$/.test(key)) queue.add(key.split('/')[0] ?? '');
    });
  }
  for (const namespace of client.list('/namespaces')) fill(client, nameOf(namespace), certificateAuthority);
}

function fill(client: ClusterClient, namespace: string, certificateAuthority: string): void {
  const present = client.get('/namespaces', '', namespace);
  if (!present || isTerminating(present)) return;
  if (!client.get('/configmaps', namespace, 'kube-root-ca.crt')) {
    client.create('/configmaps', {
      metadata: {
        name: 'kube-root-ca.crt',
        namespace,
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': certificateAuthority },
    });
  }
  try {
    if (!client.get('/serviceaccounts', namespace, 'default')) {
      client.create('/serviceaccounts', { metadata: { name: 'default', namespace } });
    }
  } catch (error) {
    if (!isRefusal(error, 'AlreadyExists')) throw error;
  }
}
