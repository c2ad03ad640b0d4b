import type { Clock } from '../../src/clock.ts';
import { type Owner, ownerKey } from '../../src/model/owner.ts';

/**
 * Which of this cluster's Services goes to which address that a person reserved. The cloud tells who uses an address only when
 * the rule is there; until then two Services that ask for it at once would both find it free, and the later would open its
 * firewall to the other's balancer.
 */
export interface Claims {
  /**
   * Takes the IP for the owner, unless another was first, which is then given. It is the owner's for a minute, or until it is
   * released when something is about to be made for it.
   */
  take(ip: string, owner: Owner, making: boolean): Owner | undefined;
  /** IPs that are the owner's. */
  of(owner: Owner): readonly string[];
  release(ip: string): void;
  clear(): void;
  /** How many IPs are somebody's. */
  readonly size: number;
}

/** Milliseconds from a look at the address to the first step: who only looks, as under the policy `observe`, keeps nobody out. */
const lookMs = 60_000;

interface Claim {
  readonly owner: Owner;
  readonly until: number;
}

export function claims(clock: Pick<Clock, 'monotonic'>): Claims {
  const byIp = new Map<string, Claim>();
  return {
    take(ip, owner, making) {
      const present = byIp.get(ip);
      const others = present && ownerKey(present.owner) !== ownerKey(owner);
      if (others && present.until > clock.monotonic()) return present.owner;
      const until = making ? Number.POSITIVE_INFINITY : clock.monotonic() + lookMs;
      byIp.set(ip, { owner, until: others || !present ? until : Math.max(until, present.until) });
      return undefined;
    },
    of: (owner) => [...byIp].flatMap(([ip, claim]) => (ownerKey(claim.owner) === ownerKey(owner) ? [ip] : [])),
    release: (ip) => byIp.delete(ip),
    clear: () => byIp.clear(),
    get size() {
      return byIp.size;
    },
  };
}
