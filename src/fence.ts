import type { KubeTransport } from './kube/transport.ts';
import type { Provider, Reconcilable, Retention } from './provider.ts';

/** The transport; `check` is called before each write, and stops it by throwing. */
export const fencedTransport = (transport: KubeTransport, check: () => void): KubeTransport => ({
  ...transport,
  request: async (request) => {
    if (request.method !== 'GET') check();
    return transport.request(request);
  },
});

/** The provider; `check` is called before each step, and stops it by throwing. */
export const fencedProvider = (provider: Provider, check: () => void): Provider => ({
  ...provider,
  ...fenced(provider, check),
  ...(provider.retention ? { retention: fencedRetention(provider.retention, check) } : {}),
  cluster: { ...provider.cluster, ...fenced(provider.cluster, check) },
});

const fencedRetention = (retention: Retention, check: () => void): Retention => ({
  ...retention,
  disown: async (owner, ids, signal) => {
    check();
    return retention.disown(owner, ids, signal);
  },
});

const fenced = <Intent>(side: Reconcilable<Intent>, check: () => void): Pick<Reconcilable<Intent>, 'execute'> => ({
  execute: async (step, owner, signal, exists) => {
    check();
    return side.execute(step, owner, signal, exists);
  },
});
