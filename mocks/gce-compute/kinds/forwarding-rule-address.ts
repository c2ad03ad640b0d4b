import { invalidField, requiredField } from '../api-error.ts';
import { type AddressWish, ipv6BlockBits, pickAddress, spaceOf, subnetworkOf } from '../address-choice.ts';
import type { PortRange } from '../fields.ts';
import { parseIp } from '../ip-address.ts';
import { type Document, text } from '../json.ts';
import type { Placement, Site } from '../kind.ts';
import { keyOf, parseLink, regionOf } from '../links.ts';
import { resolveLink } from '../references.ts';
import type { Entry } from '../resource-store.ts';
import { portsOf } from './forwarding-rule-ports.ts';
import { baseRuleOf, hasSources } from './source-ranges.ts';

const field = 'resource.IPAddress';

const withoutBlock = (address: string): string => address.split('/')[0] ?? '';

const wishOf = (body: Document, asked: string | undefined): AddressWish => ({
  internal: text(body, 'loadBalancingScheme') === 'INTERNAL',
  family: (asked === undefined ? text(body, 'ipVersion') : parseIp(asked)?.family) === 'IPV6' ? 'IPV6' : 'IPV4',
  tier: text(body, 'networkTier') ?? 'PREMIUM',
  subnetwork: text(body, 'subnetwork'),
  network: text(body, 'network'),
});

const overlap = (a: readonly PortRange[], b: readonly PortRange[]): boolean =>
  a.some((one) => b.some((other) => one.low <= other.high && other.low <= one.high));

/** A literal address, the link or the name of an address resource, or nothing. */
function askedAddress(body: Document, { site, scope }: Placement): string | undefined {
  const given = text(body, 'IPAddress');
  if (given === undefined || given === '') return undefined;
  const bare = withoutBlock(given);
  if (parseIp(bare) !== undefined) return bare;
  const link = given.includes('/') ? given : keyOf(scope, 'addresses', given);
  if (parseLink(link) === undefined) throw invalidField(field, given, 'Must be an IP address or the URL of one.');
  const resource = resolveLink(site, { field, link, to: ['addresses'], from: scope, within: 'inside' });
  return text(resource.body, 'address');
}

function checkSharing(asked: string, body: Document, users: readonly Entry[], shared: boolean, internal: boolean) {
  const mine = portsOf(body);
  for (const { body: other } of users.filter((user) => hasSources(user.body) === hasSources(body))) {
    const sameProtocol = text(other, 'IPProtocol') === text(body, 'IPProtocol');
    if ((internal && !shared) || (sameProtocol && overlap(mine, portsOf(other)))) {
      throw invalidField(field, asked, 'Specified IP address is in-use and would result in a conflict.');
    }
  }
}

/** The rule's address: a static one of the right kind, one that a sibling has, or a new ephemeral one. */
export function claimRuleAddress(body: Document, placement: Placement): Document {
  const { site, scope, key } = placement;
  const asked = askedAddress(body, placement);
  const wish = wishOf(body, asked);
  const choice = pickAddress(site, scope, wish, asked, field);
  const region = regionOf(scope) ?? '';
  if (choice.family === 'IPV6' && !wish.internal && region !== '' && wish.subnetwork === undefined) {
    throw requiredField('resource.subnetwork');
  }
  const lease = site.ips.find(choice.space, choice.ip);
  if (asked !== undefined) {
    if (lease === undefined && !wish.internal) throw invalidField(field, asked, 'Invalid IP address specified.');
    if (lease !== undefined && lease.region !== region) {
      throw invalidField(field, asked, 'Specified IP address is in another region.');
    }
    if (lease !== undefined && !wish.internal && lease.tier !== wish.tier) {
      throw invalidField(
        field,
        asked,
        `Specified IP address is of network tier ${lease.tier}, the rule of ${wish.tier}.`,
      );
    }
    const users = (lease?.users ?? []).flatMap((user) => site.get(user) ?? []);
    if (users.some(({ collection }) => collection !== 'forwardingRules')) {
      throw invalidField(field, asked, 'Specified IP address is in-use and would result in a conflict.');
    }
    const holder = lease?.fixed === undefined ? undefined : site.get(lease.fixed)?.body;
    checkSharing(asked, body, users, text(holder ?? {}, 'purpose') === 'SHARED_LOADBALANCER_VIP', wish.internal);
  }
  const IPAddress = choice.family === 'IPV6' ? `${choice.ip}/${ipv6BlockBits}` : choice.ip;
  const siblings = (lease?.users ?? []).flatMap((user) => site.get(user) ?? []);
  const baseForwardingRule = baseRuleOf(site, { ...body, IPAddress }, siblings);
  site.ips.use({ ...choice, tier: wish.tier, region }, key);
  const v6 = choice.family === 'IPV6';
  const subnetwork =
    wish.internal || (v6 && region !== '') ? site.link(subnetworkOf(site, wish, scope).key) : undefined;
  return {
    ...body,
    IPAddress,
    baseForwardingRule,
    ...(v6 ? { ipVersion: 'IPV6' } : {}),
    ...(subnetwork === undefined ? {} : { subnetwork }),
  };
}

export function releaseRuleAddress(entry: Entry, site: Site): void {
  const ip = withoutBlock(text(entry.body, 'IPAddress') ?? '');
  site.ips.drop(spaceOf(site, wishOf(entry.body, ip), entry.scope), ip, entry.key);
}
