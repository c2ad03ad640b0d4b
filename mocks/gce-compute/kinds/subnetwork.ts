import { badRequest, invalidField, requiredField } from '../api-error.ts';
import { formatIp, parseRange } from '../ip-address.ts';
import { type Document, text } from '../json.ts';
import type { Kind, Placement } from '../kind.ts';

/** A /64 of its own for each subnetwork with IPv6: external ones of the documentation range, internal ones of ULA. */
function ipv6Prefix({ site }: Placement, access: string): string {
  const taken = new Set(
    site.list('subnetworks').flatMap(({ body }) => [body['externalIpv6Prefix'], body['internalIpv6Prefix']]),
  );
  const head = access === 'INTERNAL' ? 'fd20:0:0' : '2001:db8:0';
  for (let number = 1; number < 65_536; number += 1) {
    const prefix = `${head}:${number.toString(16)}::/64`;
    if (!taken.has(prefix)) return prefix;
  }
  throw badRequest('No IPv6 range is left.');
}

function completeSubnetwork(body: Document, placement: Placement): Document {
  const range = text(body, 'ipCidrRange');
  if (text(body, 'network') === undefined) throw requiredField('resource.network');
  if (range === undefined) throw requiredField('resource.ipCidrRange');
  const parsed = parseRange(range);
  if (parsed === undefined || parsed.family !== 'IPV4' || parsed.bits < 4 || parsed.bits > 29) {
    throw invalidField('resource.ipCidrRange', range, 'Must be a valid IPv4 CIDR range.');
  }
  const { site, previous } = placement;
  const sameNetwork = site
    .list('subnetworks')
    .filter((entry) => entry.key !== placement.key && entry.body['network'] === body['network']);
  for (const other of sameNetwork) {
    const theirs = parseRange(text(other.body, 'ipCidrRange') ?? '');
    if (theirs === undefined) continue;
    const host = BigInt(32 - Math.min(parsed.bits, theirs.bits));
    if (parsed.base >> host === theirs.base >> host) {
      throw invalidField(
        'resource.ipCidrRange',
        range,
        `Conflicts with existing subnetwork '${site.link(other.key)}'.`,
      );
    }
  }
  const stack = text(body, 'stackType') ?? 'IPV4_ONLY';
  const access = text(body, 'ipv6AccessType');
  if (stack !== 'IPV4_ONLY' && access === undefined) throw requiredField('resource.ipv6AccessType');
  const field = access === 'INTERNAL' ? 'internalIpv6Prefix' : 'externalIpv6Prefix';
  const prefix =
    previous?.[field] ?? body[field] ?? (stack === 'IPV4_ONLY' ? undefined : ipv6Prefix(placement, access ?? ''));
  return {
    privateIpGoogleAccess: false,
    purpose: 'PRIVATE',
    ...body,
    stackType: stack,
    gatewayAddress: formatIp({ family: 'IPV4', value: parsed.base + 1n }),
    ...(prefix === undefined ? {} : { [field]: prefix, ipv6CidrRange: prefix }),
  };
}

export const subnetwork: Kind = {
  collection: 'subnetworks',
  message: 'Subnetwork',
  noun: 'subnetwork',
  scopes: ['regions'],
  outputs: ['gatewayAddress', 'ipv6CidrRange', 'state'],
  mutable: [
    'stackType',
    'ipv6AccessType',
    'secondaryIpRanges',
    'privateIpGoogleAccess',
    'description',
    'logConfig',
    'enableFlowLogs',
  ],
  fingerprinted: true,
  references: [{ path: 'network', to: ['networks'], within: 'inside' }],
  complete: completeSubnetwork,
  quota: () => ['SUBNETWORKS'],
};
