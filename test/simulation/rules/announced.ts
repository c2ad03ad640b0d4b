import { collectionOf } from '../cloud-mirror.ts';
import { markOf } from '../mark.ts';
import type { Recorded } from '../service-ledger.ts';
import type { Fail } from '../watchdog.ts';
import type { World } from '../world.ts';
import { openings } from './firewalls.ts';
import { isHeldFor, listening } from './holding.ts';

/** What people did to a balancer is known at the latest with the next sweep and what it needs. */
const knownMs = 300_000;

const isOpen = ({ mirror, clusters }: World, { cluster, uid, latest }: Recorded, ip: string): boolean =>
  openings(latest).sources.length === 0 ||
  clusters.get(cluster)?.lives.at(-1)?.settings.manageFirewalls === false ||
  mirror.of('firewalls').some(([, body]) => {
    const destinations = (body['destinationRanges'] ?? []) as readonly string[];
    return markOf(body)?.uid === uid && destinations.includes(`${ip}/32`);
  });

/**
 * Rule 5: an address comes into the status only when it forwards to the Service's backends, and is out of it before it is
 * given up.
 */
export function announced(world: World, fail: Fail): void {
  const { mirror, services, hands, clock } = world;
  /** When people last touched something of the uid, or its status. */
  const touched = new Map<string, number>();
  const isExcused = (uid: string): boolean => (touched.get(uid) ?? -Infinity) > clock.monotonic() - knownMs;

  mirror.onChange((key, before, after) => {
    const uid = (before && markOf(before)?.uid) ?? (after && markOf(after)?.uid);
    if (uid && hands.touched.has(key)) touched.set(uid, clock.monotonic());
  });
  services.onChange((recorded, before) => {
    const { uid, key, latest } = recorded;
    if (recorded.gone) return;
    const shown = new Set(before?.status.ingress.map(({ ip }) => ip));
    for (const { ip } of latest.status.ingress) {
      if (ip === undefined || shown.has(ip)) continue;
      // What people write into a status is theirs.
      if (latest.status.ingress.some((each) => each.ip === '203.0.113.250')) touched.set(uid, clock.monotonic());
      if (isExcused(uid)) continue;
      if (!listening(mirror, uid).includes(ip)) {
        fail('5', `the status of ${key} shows ${ip}, on which nothing of it listens`);
      } else if (!isOpen(world, recorded, ip)) {
        fail('5', `the status of ${key} shows ${ip}, which no firewall rule of it opens`);
      }
    }
  });
  mirror.onChange((key, before) => {
    const uid = before && markOf(before)?.uid;
    if (!uid || !['addresses', 'forwardingRules'].includes(collectionOf(key)) || isExcused(uid)) return;
    const recorded = services.all.get(uid);
    if (!recorded || recorded.gone) return;
    for (const { ip } of recorded.latest.status.ingress) {
      if (ip === undefined || isHeldFor(world, ip, uid)) continue;
      fail('5', `the status of ${recorded.key} shows ${ip}, which was given up with ${key}`);
    }
  });
}
