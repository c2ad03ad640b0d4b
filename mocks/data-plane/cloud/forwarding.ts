import type { Firewall, ForwardingRule } from '../../gce-compute/resource-view.ts';
import type { Endpoint, Packet, Protocol } from '../packet.ts';
import { within } from '../address-plan.ts';
import { hasPort, portRange } from './firewall.ts';

/**
 * The rule that takes the packet in: of those of its address and protocol the one that names its port, then one of all ports.
 * https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts
 */
export function ruleFor(rules: readonly ForwardingRule[], packet: Packet): ForwardingRule | undefined {
  const fitting = rules.filter((rule) => takes(rule, packet));
  return fitting.find((rule) => portsOf(rule) !== undefined) ?? fitting[0];
}

function takes(rule: ForwardingRule, { protocol, source, destination }: Packet): boolean {
  const ports = portsOf(rule);
  return (
    addressOf(rule) === destination.address &&
    speaks(rule, protocol) &&
    (ports === undefined || hasPort(ports, destination.port)) &&
    (rule.sourceIpRanges === undefined ||
      rule.sourceIpRanges.length === 0 ||
      within(rule.sourceIpRanges, source.address))
  );
}

const speaks = ({ IPProtocol }: ForwardingRule, protocol: Protocol): boolean =>
  IPProtocol === protocol || IPProtocol === 'L3_DEFAULT';

/** Of an IPv4 rule; one of IPv6 has a whole block, and no place on the loopback. */
const addressOf = ({ IPAddress }: ForwardingRule): string => (IPAddress.includes(':') ? '' : IPAddress);

/** Ports and ranges of ports; absent for all. */
const portsOf = ({ ports, portRange: range }: ForwardingRule): readonly string[] | undefined =>
  ports && ports.length > 0 ? ports : range === undefined ? undefined : [range];

/** No more sockets are opened for one address and protocol. */
const mostPorts = 1000;

/**
 * Where to listen for the rules. One that takes all ports cannot have a socket for each of them: it gets those that some
 * firewall rule lets through to its address, for on the others no packet would come in anyway.
 */
export function listeningPoints(
  rules: readonly ForwardingRule[],
  firewalls: readonly Firewall[],
): readonly (Endpoint & { readonly protocol: Protocol })[] {
  return rules.flatMap((rule) => {
    const address = addressOf(rule);
    if (address === '') return [];
    return (['TCP', 'UDP'] as const)
      .filter((protocol) => speaks(rule, protocol))
      .flatMap((protocol) => {
        const written = portsOf(rule) ?? openPorts(firewalls, address, protocol);
        const ports = new Set(written.flatMap(portsIn));
        return [...ports].slice(0, mostPorts).map((port) => ({ address, port, protocol }));
      });
  });
}

function openPorts(firewalls: readonly Firewall[], address: string, protocol: Protocol): readonly string[] {
  return firewalls
    .filter(({ disabled, direction }) => !disabled && direction === 'INGRESS')
    .filter(({ destinationRanges }) => destinationRanges === undefined || within(destinationRanges, address))
    .flatMap(({ allowed = [] }) => allowed)
    .filter(({ IPProtocol }) => IPProtocol === protocol.toLowerCase())
    .flatMap(({ ports = [] }) => ports);
}

function portsIn(written: string): readonly number[] {
  const { low, high } = portRange(written);
  return Array.from({ length: Math.min(high - low + 1, mostPorts) }, (_, index) => low + index);
}
