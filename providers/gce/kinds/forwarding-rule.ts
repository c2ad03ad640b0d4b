import type { Ref, SharedRef } from '../../../src/graph/resource.ts';
import type { IpFamily, Scheme } from '../../../src/model/intent.ts';
import { familyOf, withoutLength } from '../addresses.ts';
import { flag, text, textMap, texts } from '../compute/fields.ts';
import { pathOfUrl, type ResourcePath, urlOf } from '../paths.ts';
import { schemeOf, type Tier, tierOf } from './address.ts';
import { adoptLabel } from './adopted-rule.ts';
import type { Kind } from './kind.ts';

export type RuleProtocol = 'TCP' | 'UDP' | 'L3_DEFAULT';

/** https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules */
export interface ForwardingRuleSpec {
  readonly scheme: Scheme;
  readonly family: IpFamily;
  readonly protocol: RuleProtocol;
  /** Up to five ports, or all of them. */
  readonly ports: readonly string[] | 'all';
  readonly address: Ref | string;
  readonly backendService: Ref | SharedRef | string;
  readonly tier: Tier | null;
  readonly network: ResourcePath | null;
  readonly subnetwork: ResourcePath | null;
  /** Whether clients of other regions may come in; only of internal rules. */
  readonly globalAccess: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** The name of a rule that somebody else made and that ours takes the place of; null when wanted. */
  readonly adopted: string | null;
}

export const forwardingRule: Kind<ForwardingRuleSpec> = {
  collection: 'forwardingRules',
  policy: {
    fields: {
      scheme: 'replace',
      family: 'replace',
      protocol: 'replace',
      ports: 'replace',
      address: 'replace',
      backendService: 'replace',
      tier: 'replace',
      network: 'replace',
      subnetwork: 'replace',
      globalAccess: 'update',
      labels: 'update',
      adopted: 'replace',
    },
    loses: 'traffic',
  },
  fields: [
    'IPAddress',
    'IPProtocol',
    'ipVersion',
    'ports',
    'portRange',
    'allPorts',
    'backendService',
    'target',
    'loadBalancingScheme',
    'networkTier',
    'network',
    'subnetwork',
    'allowGlobalAccess',
    'labels',
    'labelFingerprint',
  ],
  specOf: (body, { refTo, addressOf }) => {
    const scheme = schemeOf(text(body, 'loadBalancingScheme'));
    const ip = withoutLength(text(body, 'IPAddress') ?? '');
    const family = text(body, 'ipVersion') === 'IPV6' || familyOf(ip) === 'ipv6' ? 'ipv6' : 'ipv4';
    const target = pathOfUrl(text(body, 'backendService'));
    const internal = scheme === 'internal';
    return {
      scheme,
      family,
      protocol: protocolOf(text(body, 'IPProtocol')),
      ports: flag(body, 'allPorts') ? 'all' : portsOf(texts(body, 'ports'), text(body, 'portRange')),
      address: addressOf(ip),
      backendService: target === undefined ? '' : refTo(target),
      tier: internal ? null : tierOf(text(body, 'networkTier')),
      network: internal ? (pathOfUrl(text(body, 'network')) ?? null) : null,
      subnetwork: internal || family === 'ipv6' ? (pathOfUrl(text(body, 'subnetwork')) ?? null) : null,
      globalAccess: flag(body, 'allowGlobalAccess'),
      labels: wishes(textMap(body, 'labels')),
      adopted: null,
    };
  },
  bodyOf: (spec, { pathTo, ipOf }) => {
    const ip = ipOf(spec.address);
    return {
      // The cloud chooses when there is no IP: an address could not be reserved, and none was held before.
      ...(ip === '' ? {} : { IPAddress: spec.family === 'ipv6' && spec.scheme === 'external' ? `${ip}/96` : ip }),
      ...(spec.family === 'ipv6' ? { ipVersion: 'IPV6' } : {}),
      IPProtocol: spec.protocol,
      ...(spec.ports === 'all' ? { allPorts: true } : { ports: spec.ports }),
      backendService: urlOf(pathTo(spec.backendService)),
      loadBalancingScheme: spec.scheme === 'external' ? 'EXTERNAL' : 'INTERNAL',
      ...(spec.tier === null ? {} : { networkTier: spec.tier }),
      ...(spec.network === null ? {} : { network: urlOf(spec.network) }),
      ...(spec.subnetwork === null ? {} : { subnetwork: urlOf(spec.subnetwork) }),
      ...(spec.globalAccess ? { allowGlobalAccess: true } : {}),
      labels: spec.labels,
    };
  },
};

/** The label that gives a rule away is no wish of its owner's. */
const wishes = ({ [adoptLabel]: _given, ...labels }: Readonly<Record<string, string>>): typeof labels => labels;

const protocolOf = (value: string | null): RuleProtocol => (value === 'UDP' || value === 'L3_DEFAULT' ? value : 'TCP');

function portsOf(ports: readonly string[], range: string | null): readonly string[] {
  if (ports.length > 0) return ports.toSorted((a, b) => Number(a) - Number(b));
  const [low, high] = range?.split('-') ?? [];
  if (low === undefined) return [];
  return [high === undefined || low === high ? low : `${low}-${high}`];
}
