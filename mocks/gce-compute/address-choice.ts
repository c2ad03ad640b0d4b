import { ApiError, invalidField, requiredField } from './api-error.ts';
import { contains, type Family, parseIp, parseRange } from './ip-address.ts';
import { type Document, text } from './json.ts';
import type { Site } from './kind.ts';
import { parseLink, regionOf, type Scope } from './links.ts';
import type { Entry } from './resource-store.ts';

/** External IPv4: the ranges set aside for documentation and benchmarks (RFC 5737, RFC 2544), never anyone's. */
export const externalRanges: readonly string[] = ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24', '198.18.0.0/15'];
/** Global addresses come from a /64 of the documentation range of IPv6 (RFC 3849). */
const globalIpv6 = '2001:db8:ffff::/64';
/** A forwarding rule of the IPv6 family has a block, not a single address. */
export const ipv6BlockBits = 96;

export interface AddressWish {
  readonly internal: boolean;
  readonly family: Family;
  readonly tier: string;
  readonly subnetwork: string | undefined;
  readonly network: string | undefined;
  /** Of a range that is reserved as a whole; absent for an address. */
  readonly prefixLength?: number | undefined;
}

export interface AddressChoice {
  readonly ip: string;
  readonly space: string;
  readonly family: Family;
}

/** The subnetwork asked for; without one, the only one (or the one named `default`) of that network and region. */
export function subnetworkOf(site: Site, wish: AddressWish, scope: Scope): Entry {
  if (wish.subnetwork !== undefined) {
    const entry = site.get(parseLink(wish.subnetwork)?.key ?? '');
    if (entry !== undefined) return entry;
  }
  const region = regionOf(scope);
  const network = wish.network ?? site.link('global/networks/default');
  const found = region === undefined ? [] : site.list('subnetworks', { type: 'regions', name: region });
  const candidates = found.filter((entry) => text(entry.body, 'network') === network);
  const chosen = candidates.length === 1 ? candidates[0] : candidates.find(({ name }) => name === 'default');
  if (chosen === undefined) throw requiredField('resource.subnetwork');
  return chosen;
}

/** Internal addresses belong to their subnetwork, or network when they are global; external ones to the world. */
export function spaceOf(site: Site, wish: AddressWish, scope: Scope): string {
  if (!wish.internal) return 'external';
  return scope.type === 'global' ? (wish.network ?? '') : subnetworkOf(site, wish, scope).key;
}

/** Global internal ranges may lie anywhere here: RFC 1918. */
const privateRanges: readonly string[] = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

function rangesOf(site: Site, wish: AddressWish, scope: Scope): readonly string[] {
  if (!wish.internal && wish.family === 'IPV4') return site.externalRanges;
  if (scope.type === 'global') return wish.internal ? privateRanges : [globalIpv6];
  const subnet = subnetworkOf(site, wish, scope);
  const range = subnetRange(subnet.body, wish);
  if (range !== undefined) return [range];
  throw invalidField(
    'resource.subnetwork',
    site.link(subnet.key),
    `The subnetwork has no ${wish.internal ? 'internal' : 'external'} IPv6 range.`,
  );
}

function subnetRange(body: Document, wish: AddressWish): string | undefined {
  if (wish.family === 'IPV4') return text(body, 'ipCidrRange');
  return text(body, wish.internal ? 'internalIpv6Prefix' : 'externalIpv6Prefix');
}

/** A free address for the wish, or the one asked for after checking that it can be had there at all. */
export function pickAddress(
  site: Site,
  scope: Scope,
  wish: AddressWish,
  asked: string | undefined,
  field: string,
): AddressChoice {
  const space = spaceOf(site, wish, scope);
  const ranges = rangesOf(site, wish, scope);
  if (asked !== undefined) {
    const ip = parseIp(asked);
    const inside = ip !== undefined && ranges.some((range) => holds(range, asked));
    if (!inside) throw invalidField(field, asked, 'Invalid IP address specified.');
    return { ip: asked, space, family: wish.family };
  }
  const ip = site.ips.pick(space, ranges, wish.prefixLength ?? (wish.family === 'IPV6' ? ipv6BlockBits : undefined));
  if (ip === undefined) {
    throw new ApiError(503, 'ipSpaceExhausted', `IP space of '${ranges.join(', ')}' is exhausted.`);
  }
  return { ip, space, family: wish.family };
}

function holds(range: string, asked: string): boolean {
  const parsed = parseRange(range);
  const ip = parseIp(asked);
  return parsed !== undefined && ip !== undefined && contains(parsed, ip);
}
