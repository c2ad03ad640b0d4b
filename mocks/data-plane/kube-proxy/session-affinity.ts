import type { Endpoint } from '../packet.ts';

/** Which endpoint a node's clients of a port had last. */
export interface SessionAffinity {
  /** The endpoint of the client's last flow, when that is not longer ago than the time and the endpoint is still usable. */
  recall<E extends Endpoint>(key: string, usable: readonly E[], nowMs: number, forMs: number): E | undefined;
  remember(key: string, endpoint: Endpoint, nowMs: number): void;
}

/** More clients than these are forgotten, the longest unseen first. */
const most = 100_000;

export function sessionAffinity(): SessionAffinity {
  const seen = new Map<string, { readonly endpoint: Endpoint; readonly atMs: number }>();
  return {
    recall(key, usable, nowMs, forMs) {
      const last = seen.get(key);
      if (!last || nowMs - last.atMs > forMs) return undefined;
      return usable.find(({ address, port }) => address === last.endpoint.address && port === last.endpoint.port);
    },
    remember(key, endpoint, nowMs) {
      // Set again, so that the order of the map is that of the last use.
      seen.delete(key);
      seen.set(key, { endpoint, atMs: nowMs });
      const [oldest] = seen.size > most ? seen.keys() : [];
      if (oldest !== undefined) seen.delete(oldest);
    },
  };
}
