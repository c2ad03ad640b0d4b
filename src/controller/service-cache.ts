import type { Service } from '../model/service.ts';
import { keyOf } from '../model/service.ts';

/** Services as last known: what the watch said, or what the API server answered to a write of ours, if that is newer. */
export interface ServiceCache {
  get(key: string): Service | undefined;
  /** Takes over the answer to a write, so that no pass works on a Service as it was before it. */
  wrote(service: Service): void;
  /** How many answers to writes are kept, because the watch was not seen to be newer. */
  readonly size: number;
}

export function serviceCache(watched: ReadonlyMap<string, Service>): ServiceCache {
  const written = new Map<string, Service>();
  return {
    get size() {
      return written.size;
    },
    get: (key) => {
      const seen = watched.get(key);
      const ours = written.get(key);
      if (!ours || !seen) {
        written.delete(key);
        return seen;
      }
      if (seen.metadata.uid === ours.metadata.uid && !isNewer(seen, ours)) return ours;
      written.delete(key);
      return seen;
    },
    wrote: (service) => {
      written.set(keyOf(service), service);
    },
  };
}

/**
 * Resource versions are decimal numbers that grow (Kubernetes guarantees it since 1.35, and etcd always did). The answer
 * to the write that removes the last finalizer comes with the old one, so equal is not newer.
 */
const isNewer = (a: Service, b: Service): boolean => {
  const [left, right] = [a.metadata.resourceVersion, b.metadata.resourceVersion];
  return left.length === right.length ? left > right : left.length > right.length;
};
