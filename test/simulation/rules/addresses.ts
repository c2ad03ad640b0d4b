import type { Service } from '../../../src/model/service.ts';
import { collectionOf } from '../cloud-mirror.ts';
import { wantsBalancer } from '../service-ledger.ts';
import type { Fail } from '../watchdog.ts';
import type { World } from '../world.ts';
import { holdersOf, isHeldFor } from './holding.ts';
import { momentMs } from './ownership.ts';

/**
 * Rule 2: an address once in status stays that Service's until it stops wanting a balancer or asks for another address:
 * in no state can anybody else get it.
 */
export function addresses(world: World, fail: Fail): void {
  const { mirror, services, hands, network, clock } = world;
  /** IPs promised to each uid. */
  const promised = new Map<string, Set<string>>();
  /** When people last deleted a reservation of an IP, and when a controller's deletion of a rule last came to the cloud. */
  const unreserved = new Map<string, number>();
  const deleted = new Map<string, number>();

  network.taps.push({
    deliver: (_life, { method, key }) => {
      if (method === 'forwardingRules.delete') deleted.set(key, clock.monotonic());
    },
  });

  services.onChange(({ uid, latest, gone }, before) => {
    if (gone || !wantsBalancer(latest) || (before && asksForOther(before, latest))) {
      promised.delete(uid);
      return;
    }
    const shown = new Set(before?.status.ingress.map(({ ip }) => ip));
    for (const { ip } of latest.status.ingress) {
      if (ip === undefined || shown.has(ip) || !holdersOf(mirror, ip).includes(uid) || !suits(world, ip, latest))
        continue;
      promised.set(uid, (promised.get(uid) ?? new Set()).add(ip));
    }
  });

  mirror.onChange((key, before, after) => {
    if (!['addresses', 'forwardingRules'].includes(collectionOf(key))) return;
    if (before && !after && hands.touched.has(key)) unreserved.set(String(before['address']), clock.monotonic());
    for (const [uid, ips] of promised) {
      for (const ip of ips) {
        const others = holdersOf(mirror, ip).filter((holder) => holder !== uid && holder !== null);
        if (others.length > 0) fail('2', `${ip} of ${uid} is also held by ${others.join(', ')}`);
        if (isHeldFor(world, ip, uid)) continue;
        // Who deletes the last thing that holds an IP gives it away; also who deletes it while its rule is being replaced.
        const inTheMoment = (unreserved.get(ip) ?? -Infinity) > (deleted.get(key) ?? Infinity) - momentMs;
        if (after === undefined && (hands.touched.has(key) || inTheMoment)) ips.delete(ip);
        else fail('2', `${ip}, which the status of ${uid} promised, is free: ${key} ${after ? 'changed' : 'went'}`);
      }
    }
  });
}

/** Whether the Service still asks for what was announced: the controller may not have seen yet that it does not. */
function suits({ mirror }: World, ip: string, { spec, metadata: { annotations } }: Service): boolean {
  const rule = mirror.of('forwardingRules').find(([, body]) => body['IPAddress'] === ip)?.[1];
  const tier = annotations['portico.dev/network-tier'] === 'standard' ? 'STANDARD' : 'PREMIUM';
  const inside = annotations['portico.dev/scheme'] === 'internal';
  return (
    annotations['portico.dev/static-address'] === undefined &&
    spec.loadBalancerIP === null &&
    rule?.['loadBalancingScheme'] === (inside ? 'INTERNAL' : 'EXTERNAL') &&
    (inside || rule['networkTier'] === tier)
  );
}

/** What decides which address a Service gets. Changes that need consent count only with it. */
function asksForOther(before: Service, after: Service): boolean {
  const free = ({ spec, metadata }: Service): unknown => [
    spec.type,
    spec.loadBalancerClass,
    spec.loadBalancerIP,
    spec.ipFamilies,
    metadata.annotations['portico.dev/scheme'],
    metadata.annotations['portico.dev/static-address'],
  ];
  if (JSON.stringify(free(before)) !== JSON.stringify(free(after))) return true;
  return after.metadata.annotations['portico.dev/allow-address-change'] === 'true';
}
