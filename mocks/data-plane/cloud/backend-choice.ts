import type { BackendService } from '../../gce-compute/resource-view.ts';
import { type Candidate, chooseByHash } from '../flow-hash.ts';
import type { Packet } from '../packet.ts';

/** A machine behind a backend service. */
export interface Member {
  /** Its key, `zones/ZONE/instances/NAME`. */
  readonly instance: string;
  /** The key of the group through which it is a member. */
  readonly group: string;
  readonly networkIp: string;
  readonly failover: boolean;
}

export interface MemberState {
  readonly healthy: boolean;
  /** What the last answer to a health check said; absent when it said nothing. */
  readonly weight: number | undefined;
}

/**
 * The machine for a new flow. Healthy ones; where there are none, all of them as the last resort, unless the failover
 * policy says that flows are dropped then. With weights, those of weight zero come after the others. Machines of failover
 * groups only where no other one is healthy, or fewer than the policy's share; for the last resort they are not used.
 * https://cloud.google.com/load-balancing/docs/network/ext-netlb-traffic-distribution
 * https://cloud.google.com/load-balancing/docs/internal/int-netlb-traffic-distribution
 */
export function chooseMember(
  service: BackendService,
  members: readonly Member[],
  stateOf: (member: Member) => MemberState,
  packet: Packet,
): Member | undefined {
  const weighted = service.localityLbPolicy?.startsWith('WEIGHTED_') === true;
  const candidates = members.map((member) => {
    const { healthy, weight } = stateOf(member);
    return { member, healthy, name: member.instance, weight: weighted ? (weight ?? 0) : 1 };
  });
  const primary = candidates.filter(({ member }) => !member.failover);
  const backup = candidates.filter(({ member }) => member.failover);
  const good = primary.filter(isGood).length;
  const { failoverRatio = 0, dropTrafficIfUnhealthy = false } = service.failoverPolicy ?? {};
  const enough = good > 0 && good / primary.length >= failoverRatio;
  const active = !enough && backup.some(isGood) ? backup : primary;
  if (dropTrafficIfUnhealthy && !active.some(isGood)) return undefined;
  return chooseByHash(affinityKey(service.sessionAffinity, packet), eligible(active))?.member;
}

interface Judged extends Candidate {
  readonly healthy: boolean;
}

const isGood = ({ healthy }: Judged): boolean => healthy;

function eligible<C extends Judged>(candidates: readonly C[]): readonly C[] {
  const tiers = [
    candidates.filter(({ healthy, weight }) => healthy && weight > 0),
    candidates.filter(({ healthy, weight }) => !healthy && weight > 0),
    candidates.filter(({ healthy }) => healthy).map((each) => ({ ...each, weight: 1 })),
    candidates.map((each) => ({ ...each, weight: 1 })),
  ];
  return tiers.find((tier) => tier.length > 0) ?? [];
}

/** What packets of one flow, or one client, have in common. */
function affinityKey(affinity: string, { protocol, source, destination }: Packet): string {
  switch (affinity) {
    case 'CLIENT_IP_NO_DESTINATION':
      return source.address;
    case 'CLIENT_IP':
      return `${source.address} ${destination.address}`;
    case 'CLIENT_IP_PROTO':
      return `${source.address} ${destination.address} ${protocol}`;
    default:
      return `${source.address} ${source.port} ${destination.address} ${destination.port} ${protocol}`;
  }
}
