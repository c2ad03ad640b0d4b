import type { KindPolicy } from '../../../src/graph/plan.ts';
import type { IpFamily, Scheme } from '../../../src/model/intent.ts';
import { type Tier, tierOf } from './address.ts';

/**
 * An address that a person reserved and the Service asks for by IP or name; the resource's name in the graph tells
 * all that is asked for. It is used and never made, changed or deleted: where it is missing or unfit, the step that would make it so
 * fails with what the person has to do.
 */
export interface RequestedAddressSpec {
  readonly scheme: Scheme;
  readonly family: IpFamily;
  readonly tier: Tier | null;
}

export const requestedAddressPolicy: KindPolicy<RequestedAddressSpec> = {
  fields: { scheme: 'update', family: 'update', tier: 'update' },
  loses: 'none',
};

/** As `external-ipv4-PREMIUM:front`, `internal-ipv6-:fd20::1`. */
export const requestedName = ({ scheme, family, tier }: RequestedAddressSpec, ipOrName: string): string =>
  `${scheme}-${family}-${tier ?? ''}:${ipOrName}`;

export function readRequestedName(name: string): { readonly asked: RequestedAddressSpec; readonly ipOrName: string } {
  const at = name.indexOf(':');
  const [scheme, family, tier = ''] = name.slice(0, at).split('-');
  return {
    asked: {
      scheme: scheme === 'internal' ? 'internal' : 'external',
      family: family === 'ipv6' ? 'ipv6' : 'ipv4',
      tier: tier === '' ? null : tierOf(tier),
    },
    ipOrName: name.slice(at + 1),
  };
}

/** Names of addresses have neither dots nor colons. */
export const isIp = (ipOrName: string): boolean => /[.:]/.test(ipOrName);
