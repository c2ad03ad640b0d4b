import { type Cluster, resourceOf, shown } from '../cluster.ts';
import type { KubeObject } from '../kind.ts';
import { finalizersOf, isTerminating, nameOf } from '../metadata.ts';
import { remove, specFinalizers } from '../rest/delete.ts';
import { withField } from '../kinds/strategy.ts';

/** The real one takes about 5 s; shorter, so that `kubectl delete namespace` does not hold up a lab. */
const delayMs = 1000;

const plainDelete = { propagation: '', graceSeconds: undefined, uid: '', resourceVersion: '', dryRun: false } as const;

/**
 * The namespace controller: what is in a terminating namespace is deleted, and when nothing is left the namespace
 * goes. Content that finalizers hold is looked at again after the same delay.
 */
export function runNamespaceController(cluster: Cluster, signal: AbortSignal): void {
  const { store, clock } = cluster;
  const waiting = new Map<string, () => void>();
  const schedule = (name: string): void => {
    if (signal.aborted || waiting.has(name)) return;
    const cancel = clock.after(delayMs, () => {
      waiting.delete(name);
      const namespace = store.get('/namespaces', name);
      if (namespace && isTerminating(namespace) && !finish(cluster, namespace)) schedule(name);
    });
    waiting.set(name, cancel);
  };
  const unsubscribe = store.subscribe('/namespaces', ({ key, object }) => {
    if (object && isTerminating(object) && specFinalizers(object).includes('kubernetes')) schedule(key);
  });
  signal.addEventListener('abort', () => {
    unsubscribe();
    for (const cancel of waiting.values()) cancel();
  });
}

/** Deletes the content; answers whether the namespace needs no further look. */
function finish(cluster: Cluster, namespace: KubeObject): boolean {
  const { store } = cluster;
  const name = nameOf(namespace);
  const stored = cluster.kinds.filter((kind) => kind.namespaced && !kind.storage && kind.verbs.includes('delete'));
  for (const kind of stored) {
    for (const object of store.list(resourceOf(kind), `${name}/`).objects) {
      remove({ cluster, kind, namespace: name }, shown(kind, object), plainDelete);
    }
  }
  if (stored.some((kind) => store.list(resourceOf(kind), `${name}/`).objects.length > 0)) return false;
  const others = specFinalizers(namespace).filter((each) => each !== 'kubernetes');
  if (others.length === 0 && finalizersOf(namespace).length === 0) store.remove('/namespaces', name);
  else store.put('/namespaces', name, withField(namespace, 'spec', others.length > 0 ? { finalizers: others } : {}));
  return true;
}
