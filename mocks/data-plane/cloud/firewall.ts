import type { Firewall, FirewallEntry, Instance } from '../../gce-compute/resource-view.ts';
import { within } from '../address-plan.ts';
import type { Packet } from '../packet.ts';

export interface FirewallVerdict {
  readonly allowed: boolean;
  /** The name of the rule that decided; absent when none matched. */
  readonly by: string | undefined;
}

/**
 * Whether a packet that comes from outside may reach the machine. Of the rules that match, those of the lowest priority number
 * decide, among them a denial before an allowance; without any nobody comes in.
 * https://cloud.google.com/firewall/docs/firewalls#rule_assignment
 */
export function firewallVerdict(firewalls: readonly Firewall[], instance: Instance, packet: Packet): FirewallVerdict {
  const matching = firewalls
    .filter((rule) => !rule.disabled && rule.direction === 'INGRESS' && isFor(rule, instance) && matches(rule, packet))
    .toSorted((a, b) => a.priority - b.priority || Number(isAllowance(a)) - Number(isAllowance(b)));
  const [first] = matching;
  return { allowed: first !== undefined && isAllowance(first), by: first?.name };
}

const isAllowance = ({ allowed = [] }: Firewall): boolean => allowed.length > 0;

function isFor({ network, targetTags = [] }: Firewall, { networkInterfaces, tags }: Instance): boolean {
  const same = networkInterfaces.some((nic) => nic.network === network);
  return same && (targetTags.length === 0 || targetTags.some((tag) => tags.items?.includes(tag) ?? false));
}

/** Source tags stand for machines of the network; from outside, only ranges say anything. */
function matches(rule: Firewall, { source, destination, ...packet }: Packet): boolean {
  const entries = rule.allowed ?? rule.denied ?? [];
  return (
    within(rule.sourceRanges ?? [], source.address) &&
    (rule.destinationRanges === undefined || within(rule.destinationRanges, destination.address)) &&
    entries.some((entry) => speaks(entry, packet.protocol) && (!entry.ports || hasPort(entry.ports, destination.port)))
  );
}

const numbers: Readonly<Record<string, string>> = { TCP: '6', UDP: '17' };

function speaks({ IPProtocol }: FirewallEntry, protocol: string): boolean {
  const named = IPProtocol.toLowerCase();
  return named === 'all' || named === protocol.toLowerCase() || named === numbers[protocol];
}

/** Whether one of the ports and ranges of ports (`80`, `80-90`) has the port. */
export const hasPort = (ports: readonly string[], port: number): boolean =>
  ports.some((written) => {
    const { low, high } = portRange(written);
    return port >= low && port <= high;
  });

export function portRange(written: string): { readonly low: number; readonly high: number } {
  const [low = '0', high = low] = written.split('-');
  return { low: Number(low), high: Number(high) };
}
