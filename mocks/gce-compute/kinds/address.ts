import { ApiError, invalid, invalidField, requiredField } from '../api-error.ts';
import { checkLength, checkRange } from '../fields.ts';
import { parseIp } from '../ip-address.ts';
import { count, type Document, text } from '../json.ts';
import type { Kind, Placement } from '../kind.ts';
import { regionOf } from '../links.ts';
import { type AddressWish, pickAddress, spaceOf } from '../address-choice.ts';

/** https://cloud.google.com/compute/docs/reference/rest/v1/addresses */
const purposes: Readonly<Record<string, readonly string[]>> = {
  'EXTERNAL regions': ['NAT_AUTO'],
  'EXTERNAL global': [],
  'INTERNAL regions': ['GCE_ENDPOINT', 'SHARED_LOADBALANCER_VIP', 'DNS_RESOLVER', 'IPSEC_INTERCONNECT', 'SERVERLESS'],
  'INTERNAL global': ['VPC_PEERING', 'PRIVATE_SERVICE_CONNECT'],
};

/** Ranges for peers and Private Service Connect are the only internal things that are global. */
function checkGlobalInternal(body: Document, purpose: string | undefined): void {
  if (purpose === undefined) throw requiredField('resource.purpose');
  if (text(body, 'network') === undefined) throw requiredField('resource.network');
  if (text(body, 'subnetwork') !== undefined) {
    throw invalidField('resource.subnetwork', body['subnetwork'], 'A global address has no subnetwork.');
  }
  if (purpose === 'VPC_PEERING' && count(body, 'prefixLength') === undefined) {
    throw requiredField('resource.prefixLength');
  }
  checkRange(body, 'prefixLength', 8, 30);
}

const wishOf = (body: Document): AddressWish => ({
  internal: text(body, 'addressType') === 'INTERNAL',
  family: text(body, 'ipVersion') === 'IPV6' ? 'IPV6' : 'IPV4',
  tier: text(body, 'networkTier') ?? 'PREMIUM',
  subnetwork: text(body, 'subnetwork'),
  network: text(body, 'network'),
  prefixLength: text(body, 'addressType') === 'INTERNAL' ? count(body, 'prefixLength') : undefined,
});

function complete(body: Document, { scope }: Placement): Document {
  checkLength(body, 'description', 2048);
  const asked = text(body, 'address');
  const ip = asked === undefined ? undefined : parseIp(asked);
  if (asked !== undefined && ip === undefined) {
    throw invalidField('resource.address', asked, 'Must be a valid IP address.');
  }
  const type = text(body, 'addressType') ?? 'EXTERNAL';
  const v6 = (ip?.family ?? text(body, 'ipVersion')) === 'IPV6';
  if (type === 'INTERNAL' && text(body, 'networkTier') !== undefined) {
    throw invalidField('resource.networkTier', body['networkTier'], 'An internal address has no network tier.');
  }
  if (type === 'EXTERNAL' && !v6 && text(body, 'subnetwork') !== undefined) {
    throw invalidField(
      'resource.subnetwork',
      body['subnetwork'],
      'Only internal and IPv6 addresses have a subnetwork.',
    );
  }
  if (v6 && type === 'EXTERNAL' && scope.type === 'regions') {
    if (text(body, 'subnetwork') === undefined) throw requiredField('resource.subnetwork');
    if (text(body, 'ipv6EndpointType') === undefined) throw requiredField('resource.ipv6EndpointType');
  }
  const purpose = text(body, 'purpose');
  if (purpose !== undefined && purposes[`${type} ${scope.type}`]?.includes(purpose) !== true) {
    const place = scope.type === 'global' ? 'global' : 'regional';
    throw invalidField('resource.purpose', purpose, `Not a purpose of ${place} addresses of type ${type}.`);
  }
  if (type === 'INTERNAL' && scope.type === 'global') checkGlobalInternal(body, purpose);
  if (type === 'EXTERNAL' && scope.type === 'global' && (text(body, 'networkTier') ?? 'PREMIUM') !== 'PREMIUM') {
    throw invalidField('resource.networkTier', body['networkTier'], 'A global address must be of the PREMIUM tier.');
  }
  return {
    ...body,
    addressType: type,
    ...(type === 'INTERNAL'
      ? { purpose: purpose ?? 'GCE_ENDPOINT' }
      : { networkTier: body['networkTier'] ?? 'PREMIUM' }),
    ...(v6 ? { ipVersion: 'IPV6' } : {}),
  };
}

/** A new address, or a promotion: one that a rule or VM uses already becomes static. */
function acquire(body: Document, placement: Placement): Document {
  const { site, scope, key } = placement;
  const wish = wishOf(body);
  const asked = text(body, 'address');
  const choice = pickAddress(site, scope, wish, asked, 'resource.address');
  const lease = site.ips.find(choice.space, choice.ip);
  if (lease?.fixed !== undefined) {
    throw invalidField('resource.address', asked, 'Specified IP address is already reserved.');
  }
  if (asked !== undefined && !wish.internal) {
    if (lease === undefined) {
      throw invalidField('resource.address', asked, 'Specified external IP address is not in use by the project.');
    }
    if (lease.region !== (regionOf(scope) ?? '')) {
      throw invalidField('resource.address', asked, 'Specified IP address is in use in another region.');
    }
    if (lease.tier !== wish.tier) {
      throw invalid(`The network tier of external IP address is ${lease.tier}, that of Address must be the same.`);
    }
  }
  site.ips.hold({ ...choice, tier: wish.tier, region: regionOf(scope) ?? '' }, key);
  const v6 = choice.family === 'IPV6';
  return { ...body, address: choice.ip, ...(v6 ? { prefixLength: count(body, 'prefixLength') ?? 96 } : {}) };
}

export const address: Kind = {
  collection: 'addresses',
  message: 'Address',
  noun: 'address',
  scopes: ['regions', 'global'],
  outputs: ['status', 'users'],
  mutable: [],
  labels: true,
  references: [
    { path: 'subnetwork', to: ['subnetworks'], within: 'inside' },
    { path: 'network', to: ['networks'], within: 'inside' },
  ],
  complete,
  acquire,
  release: (entry, site) => {
    site.ips.drop(spaceOf(site, wishOf(entry.body), entry.scope), text(entry.body, 'address') ?? '', entry.key);
  },
  // A forwarding rule keeps the address, which becomes ephemeral; a VM's interface must let go of it first.
  checkDelete: (entry, site) => {
    const space = spaceOf(site, wishOf(entry.body), entry.scope);
    const user = site.ips
      .find(space, text(entry.body, 'address') ?? '')
      ?.users.find((key) => key.includes('/instances/'));
    if (user !== undefined) {
      throw new ApiError(
        400,
        'resourceInUseByAnotherResource',
        `The address resource 'projects/${site.project}/${entry.key}' is already being used by 'projects/${site.project}/${user}'`,
      );
    }
  },
  show: (entry, site) => {
    const space = spaceOf(site, wishOf(entry.body), entry.scope);
    const users = site.ips.find(space, text(entry.body, 'address') ?? '')?.users ?? [];
    if (entry.phase === 'creating') return { status: 'RESERVING' };
    return {
      status: users.length > 0 ? 'IN_USE' : 'RESERVED',
      ...(users.length > 0 ? { users: users.map(site.link) } : {}),
    };
  },
  quota: (body) => {
    if (text(body, 'addressType') === 'INTERNAL') return ['INTERNAL_ADDRESSES'];
    return text(body, 'ipVersion') === 'IPV6' ? ['STATIC_EXTERNAL_IPV6_ADDRESS_RANGES'] : ['STATIC_ADDRESSES'];
  },
};
