import type { IpFamily, Scheme } from '../../../src/model/intent.ts';
import { text, textMap } from '../compute/fields.ts';
import { pathOfUrl, type ResourcePath, urlOf } from '../paths.ts';
import type { Kind } from './kind.ts';

export type Tier = 'PREMIUM' | 'STANDARD';

/** A reserved address that the cloud chose. https://cloud.google.com/compute/docs/reference/rest/v1/addresses */
export interface AddressSpec {
  readonly scheme: Scheme;
  readonly family: IpFamily;
  /** Internal addresses have none. */
  readonly tier: Tier | null;
  readonly subnetwork: ResourcePath | null;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * `held`: the forwarding rule has it, unreserved; reserved only while there is no rule. `stray`, which nobody wants: reserved, though
   * the rule has another IP, which nobody reserved.
   */
  readonly keep: 'reserved' | 'held' | 'stray';
}

export const address: Kind<AddressSpec> = {
  collection: 'addresses',
  policy: {
    fields: {
      scheme: 'replace',
      family: 'replace',
      tier: 'replace',
      subnetwork: 'replace',
      labels: 'update',
      keep: 'update',
    },
    loses: 'address',
  },
  fields: ['address', 'addressType', 'ipVersion', 'networkTier', 'subnetwork', 'labels', 'labelFingerprint', 'users'],
  specOf: (body) => {
    const scheme = schemeOf(text(body, 'addressType'));
    const family =
      text(body, 'ipVersion') === 'IPV6' || text(body, 'address')?.includes(':') === true ? 'ipv6' : 'ipv4';
    return {
      scheme,
      family,
      tier: scheme === 'external' ? tierOf(text(body, 'networkTier')) : null,
      subnetwork: pathOfUrl(text(body, 'subnetwork')) ?? null,
      labels: textMap(body, 'labels'),
      keep: 'reserved',
    };
  },
  bodyOf: ({ scheme, family, tier, subnetwork, labels }) => ({
    addressType: scheme === 'external' ? 'EXTERNAL' : 'INTERNAL',
    ...(family === 'ipv6' ? { ipVersion: 'IPV6' } : {}),
    ...(family === 'ipv6' && scheme === 'external' ? { ipv6EndpointType: 'NETLB' } : {}),
    ...(tier === null ? {} : { networkTier: tier }),
    ...(subnetwork === null ? {} : { subnetwork: urlOf(subnetwork) }),
    labels,
  }),
};

/** EXTERNAL is the default of the API. */
export const schemeOf = (value: string | null): Scheme =>
  value?.startsWith('INTERNAL') === true ? 'internal' : 'external';

/** PREMIUM is the default of the API. */
export const tierOf = (value: string | null): Tier => (value === 'STANDARD' ? 'STANDARD' : 'PREMIUM');
