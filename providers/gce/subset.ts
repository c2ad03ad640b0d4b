import { createHash } from 'node:crypto';
import type { LoadBalancerIntent } from '../../src/model/intent.ts';
import { type Machine, machineOf } from './paths.ts';

/** How many nodes one balancer gets. https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer */
export function subsetSize({ scheme, trafficPolicy }: Pick<LoadBalancerIntent, 'scheme' | 'trafficPolicy'>): number {
  if (scheme === 'internal') return trafficPolicy === 'local' ? 250 : 25;
  return trafficPolicy === 'local' ? 3000 : 250;
}

/**
 * The nodes of one Service per zone, names sorted; every zone with nodes is there. Each node has a fixed rank for the
 * Service, so that a node that comes or goes moves at most one other; zones get equal shares while they have enough.
 */
export function subsetByZone(intent: LoadBalancerIntent): ReadonlyMap<string, readonly string[]> {
  const zones = new Map<string, Machine[]>();
  for (const node of intent.nodes) {
    const machine = machineOf(node.providerId);
    if (!machine) continue;
    const others = zones.get(machine.zone);
    if (others) others.push(machine);
    else zones.set(machine.zone, [machine]);
  }
  const out = new Map<string, readonly string[]>();
  let left = subsetSize(intent);
  // The smallest zone first: what it cannot use goes to the larger ones.
  const bySize = [...zones].toSorted(([a, few], [b, many]) => few.length - many.length || (a < b ? -1 : 1));
  for (const [index, [zone, machines]] of bySize.entries()) {
    const share = Math.min(machines.length, Math.floor(left / (bySize.length - index)));
    left -= share;
    const chosen = machines
      .map(({ name }) => ({ name, rank: rankOf(name, intent.owner.uid) }))
      .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
      .slice(0, share);
    out.set(zone, chosen.map(({ name }) => name).toSorted());
  }
  return new Map([...out].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const rankOf = (node: string, uid: string): string => createHash('sha256').update(`${node}/${uid}`).digest('hex');
