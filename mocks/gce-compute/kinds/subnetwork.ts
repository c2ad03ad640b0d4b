import { badRequest, invalidField, requiredField } from '../api-error.ts';
import { formatIp, parseRange, type Range } from '../ip-address.ts';
import { compact, type Document, text } from '../json.ts';
import type { Action, Kind, Placement } from '../kind.ts';

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

function overlap(a: Range, b: Range): boolean {
  const host = BigInt(32 - Math.min(a.bits, b.bits));
  return a.base >> host === b.base >> host;
}

/** What IPv6 a subnetwork has is decided once: when it is made, or when it first gets both families. */
function checkFamilies(body: Document, previous: Document | undefined): void {
  const before = text(previous ?? {}, 'ipv6AccessType');
  const access = text(body, 'ipv6AccessType');
  if (before !== undefined && access !== before) {
    throw invalidField('resource.ipv6AccessType', access, 'IPv6 access type cannot be changed.');
  }
  if (access !== undefined && (text(body, 'stackType') ?? 'IPV4_ONLY') === 'IPV4_ONLY' && before === undefined) {
    throw invalidField('resource.ipv6AccessType', access, 'An IPv4-only subnetwork has no IPv6 access type.');
  }
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
    if (theirs !== undefined && overlap(parsed, theirs)) {
      throw invalidField(
        'resource.ipCidrRange',
        range,
        `Conflicts with existing subnetwork '${site.link(other.key)}'.`,
      );
    }
  }
  checkFamilies(body, previous);
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

/** https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks/expandIpCidrRange */
const expandIpCidrRange: Action = {
  change: ({ site, entry, body }) => {
    const asked = text(body, 'ipCidrRange');
    if (asked === undefined) throw requiredField('ipCidrRange');
    const wider = parseRange(asked);
    const current = parseRange(text(entry.body, 'ipCidrRange') ?? '');
    if (wider === undefined || current === undefined || wider.bits >= current.bits || !overlap(wider, current)) {
      throw invalidField('ipCidrRange', asked, 'The range must contain the current one and be larger.');
    }
    const placement = { site, scope: entry.scope, key: entry.key, previous: entry.body };
    return completeSubnetwork({ ...entry.body, ipCidrRange: asked }, placement);
  },
};

/** https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks/setPrivateIpGoogleAccess */
const setPrivateIpGoogleAccess: Action = {
  change: ({ entry, body }) => ({ ...entry.body, privateIpGoogleAccess: body['privateIpGoogleAccess'] === true }),
};

/** A row of `subnetworks.listUsable`. */
export const usableSubnetwork = (shown: Document): Document => {
  const { selfLink, network, ipCidrRange, secondaryIpRanges, stackType, purpose, role, ipv6AccessType } = shown;
  const { externalIpv6Prefix, internalIpv6Prefix } = shown;
  const ranges = { ipCidrRange, secondaryIpRanges, externalIpv6Prefix, internalIpv6Prefix };
  return compact({ subnetwork: selfLink, network, ...ranges, stackType, purpose, role, ipv6AccessType });
};

export const subnetwork: Kind = {
  collection: 'subnetworks',
  message: 'Subnetwork',
  noun: 'subnetwork',
  scopes: ['regions'],
  outputs: ['gatewayAddress', 'ipv6CidrRange', 'state'],
  mutable: ['stackType', 'ipv6AccessType', 'secondaryIpRanges', 'privateIpGoogleAccess', 'logConfig', 'enableFlowLogs'],
  fingerprinted: 'always',
  references: [{ path: 'network', to: ['networks'], within: 'inside' }],
  complete: completeSubnetwork,
  actions: { expandIpCidrRange, setPrivateIpGoogleAccess },
  quota: () => ['SUBNETWORKS'],
};
