import { textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { nameOf } from '../kube-apiserver/metadata.ts';
import { conditionOf } from './service-pods.ts';

/**
 * Since when endpoints are wrong, as their annotation tells it: the earliest change of a pod's readiness since the last
 * look, or the birth of the Service at the first. Undefined where the change has no time.
 */
export interface TriggerTimes {
  next(key: string, service: KubeObject, pods: readonly KubeObject[]): string | undefined;
  forget(key: string): void;
}

interface Known {
  readonly service: string;
  readonly pods: ReadonlyMap<string, string>;
}

export function triggerTimes(): TriggerTimes {
  const known = new Map<string, Known>();
  return {
    next(key, service, pods) {
      const before = known.get(key);
      const created = textOf(service.metadata['creationTimestamp']);
      const times = new Map(
        pods.flatMap((pod) => {
          const time = textOf(conditionOf(pod, 'Ready')?.['lastTransitionTime']);
          return time === '' ? [] : [[nameOf(pod), time] as const];
        }),
      );
      known.set(key, { service: created, pods: times });
      if (!before) return created;
      const changed = [...times].filter(([name, time]) => time > (before.pods.get(name) ?? '')).map(([, time]) => time);
      if (created > before.service) changed.push(created);
      return changed.toSorted()[0];
    },
    forget(key) {
      known.delete(key);
    },
  };
}
