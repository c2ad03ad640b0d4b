import type { Cluster } from '../kube-apiserver/cluster.ts';
import { textOf } from '../kube-apiserver/json.ts';
import { finalizersOf, isTerminating } from '../kube-apiserver/metadata.ts';

/** The kubelet's part in deleting a pod: when its grace period is over it is gone, unless a finalizer holds it. */
export function runPodTermination({ store, clock }: Cluster, signal: AbortSignal): void {
  const waiting = new Map<string, () => void>();
  const forget = (key: string): void => {
    waiting.get(key)?.();
    waiting.delete(key);
  };
  const unsubscribe = store.subscribe('/pods', ({ key, object }) => {
    forget(key);
    if (signal.aborted || !object || !isTerminating(object) || finalizersOf(object).length > 0) return;
    const left = Date.parse(textOf(object.metadata['deletionTimestamp'])) - clock.now();
    const cancel = clock.after(Math.max(0, left), () => {
      waiting.delete(key);
      store.remove('/pods', key);
    });
    waiting.set(key, cancel);
  });
  signal.addEventListener('abort', () => {
    unsubscribe();
    for (const key of waiting.keys()) forget(key);
  });
}
