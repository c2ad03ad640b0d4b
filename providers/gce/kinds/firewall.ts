import { PorticoError } from '../../../src/errors.ts';
import type { Ref } from '../../../src/graph/resource.ts';
import { destinationOf, withoutLength } from '../addresses.ts';
import { flag, list, number, text, texts } from '../compute/fields.ts';
import { pathOfUrl, type ResourcePath, urlOf } from '../paths.ts';
import { type Allowance, allowancesOf, firewallEntries } from '../ports.ts';
import type { Kind, Writing } from './kind.ts';

/** A rule that lets packets in. https://cloud.google.com/compute/docs/reference/rest/v1/firewalls */
export interface FirewallSpec {
  readonly network: ResourcePath;
  readonly allowed: readonly Allowance[];
  /** CIDRs, sorted. */
  readonly sources: readonly string[];
  /** The address that packets must be for; null: any address of the targets. */
  readonly destination: Ref | string | null;
  /** Tags of the machines it applies to; none: all of the network. */
  readonly targetTags: readonly string[];
  readonly priority: number;
  readonly enabled: boolean;
}

export const firewallPriority = 1000;

export const firewall: Kind<FirewallSpec> = {
  collection: 'firewalls',
  policy: {
    fields: {
      network: 'replace',
      allowed: 'update',
      sources: 'update',
      destination: 'update',
      targetTags: 'update',
      priority: 'update',
      enabled: 'update',
    },
    loses: 'traffic',
  },
  fields: [
    'network',
    'allowed',
    'sourceRanges',
    'sourceTags',
    'sourceServiceAccounts',
    'destinationRanges',
    'targetTags',
    'priority',
    'disabled',
  ],
  specOf: (body, { addressOf }) => {
    const [destination, ...others] = texts(body, 'destinationRanges');
    return {
      network: pathOfUrl(text(body, 'network')) ?? 'projects/',
      allowed: allowancesOf(
        list(body, 'allowed').map((entry) => ({
          protocol: text(entry, 'IPProtocol') ?? '',
          ports: texts(entry, 'ports'),
        })),
      ),
      // Tags and service accounts let more in than the ranges say: they count as sources that nobody asked for.
      sources: [
        ...texts(body, 'sourceRanges'),
        ...texts(body, 'sourceTags'),
        ...texts(body, 'sourceServiceAccounts'),
      ].toSorted(),
      destination:
        destination === undefined
          ? null
          : others.length > 0
            ? [destination, ...others].join(' ')
            : addressOf(withoutLength(destination)),
      targetTags: texts(body, 'targetTags').toSorted(),
      priority: number(body, 'priority') ?? firewallPriority,
      enabled: !flag(body, 'disabled'),
    };
  },
  bodyOf: (spec, writing) => ({
    network: urlOf(spec.network),
    direction: 'INGRESS',
    priority: spec.priority,
    allowed: firewallEntries(spec.allowed),
    sourceRanges: spec.sources,
    ...(spec.destination === null ? {} : { destinationRanges: [destinationOf(ipFor(spec.destination, writing))] }),
    ...(spec.targetTags.length === 0 ? {} : { targetTags: spec.targetTags }),
    ...(spec.enabled ? {} : { disabled: true }),
  }),
};

/** A rule without its destination would open every balancer of the network, so it waits for the IP. */
function ipFor(destination: Ref | string, { ipOf }: Writing): string {
  const ip = ipOf(destination);
  if (ip !== '') return ip;
  throw new PorticoError('not-found', 'The address of the firewall rule is not known yet. Waiting for it.');
}
