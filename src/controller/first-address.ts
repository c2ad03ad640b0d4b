import type { Service } from '../model/service.ts';

/** Measures how long Services wait for their first address. */
export interface FirstAddress {
  /** The Service is looked at, and was due for so long; undefined is one that is gone or does not ask for an address. */
  looked(key: string, service: Service | undefined, waitedMs: number): void;
  /** The Service as a pass left it: gives how long it waited, in milliseconds, when it has its first address now. */
  left(service: Service): number | undefined;
  /** How many wait. */
  readonly size: number;
}

export function firstAddress(now: () => number): FirstAddress {
  const waiting = new Map<string, { readonly uid: string; readonly since: number }>();
  const keyOf = ({ metadata }: Service): string => `${metadata.namespace}/${metadata.name}`;
  return {
    get size() {
      return waiting.size;
    },
    looked: (key, service, waitedMs) => {
      if (!service) waiting.delete(key);
      else if (service.status.ingress.length === 0 && waiting.get(key)?.uid !== service.metadata.uid) {
        waiting.set(key, { uid: service.metadata.uid, since: now() - waitedMs });
      }
    },
    left: (service) => {
      const began = waiting.get(keyOf(service));
      if (began?.uid !== service.metadata.uid || service.status.ingress.length === 0) return undefined;
      waiting.delete(keyOf(service));
      return now() - began.since;
    },
  };
}
