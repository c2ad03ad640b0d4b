import { badRequest, invalidField, requiredField } from '../api-error.ts';
import { parsePorts } from '../fields.ts';
import { type Document, text, texts } from '../json.ts';
import type { Action, Kind, Placement } from '../kind.ts';
import { parseLink } from '../links.ts';
import { resolveReferences } from '../references.ts';
import { checkPorts } from './forwarding-rule-ports.ts';
import { checkSources } from './source-ranges.ts';
import { claimRuleAddress, releaseRuleAddress } from './forwarding-rule-address.ts';

const isPassthrough = (scheme: string) => scheme === 'EXTERNAL' || scheme === 'INTERNAL';

/** https://cloud.google.com/network-tiers/docs/overview#resources_that_network_service_tiers_apply_to */
function checkTier(body: Document, scheme: string, scope: Placement['scope']): void {
  const tier = text(body, 'networkTier') ?? 'PREMIUM';
  if (tier === 'PREMIUM') return;
  const why =
    scheme === 'INTERNAL'
      ? 'An internal rule is always of the PREMIUM tier.'
      : scope.type === 'global'
        ? 'A global rule must be of the PREMIUM tier.'
        : text(body, 'ipVersion') === 'IPV6'
          ? 'IPv6 needs the PREMIUM tier.'
          : undefined;
  if (why !== undefined) throw invalidField('resource.networkTier', tier, why);
}

/** Fields that only internal load balancing has. */
function checkInternalOnly(body: Document, scheme: string): void {
  const label = text(body, 'serviceLabel');
  if (label !== undefined && !/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(label)) {
    throw invalidField('resource.serviceLabel', label, 'Must be a match of RFC 1035.');
  }
  if (scheme === 'INTERNAL') return;
  const field = ['allowGlobalAccess', 'isMirroringCollector', 'serviceLabel'].find(
    (name) => body[name] !== undefined && body[name] !== false,
  );
  if (field !== undefined && (field !== 'allowGlobalAccess' || scheme === 'EXTERNAL')) {
    throw invalidField(`resource.${field}`, body[field], 'This is for internal load balancing only.');
  }
}

/** Protocol, scheme and ports must agree with the backend service that gets the packets. */
function checkBackend(body: Document, service: Document, scheme: string): void {
  const protocol = text(body, 'IPProtocol') ?? 'TCP';
  const spoken = text(service, 'protocol') ?? 'TCP';
  if (text(service, 'loadBalancingScheme') !== scheme) {
    throw invalidField(
      'resource.loadBalancingScheme',
      scheme,
      `The forwarding rule and its backend service ('${text(service, 'loadBalancingScheme')}') must have the same scheme.`,
    );
  }
  if (!isPassthrough(scheme)) return;
  if (!protocolsAgree(protocol, spoken)) {
    throw invalidField('resource.IPProtocol', protocol, `The backend service's protocol '${spoken}' does not match.`);
  }
  if (protocol === 'L3_DEFAULT' && body['allPorts'] !== true) {
    throw invalidField('resource.allPorts', body['allPorts'], 'Protocol L3_DEFAULT needs allPorts to be true.');
  }
  const portless =
    texts(body, 'ports').length === 0 && text(body, 'portRange') === undefined && body['allPorts'] !== true;
  if (portless) throw badRequest('Exactly one of ports, portRange, or allPorts must be specified.');
}

/** https://cloud.google.com/load-balancing/docs/network/networklb-backend-service#forwarding-rule-protocols */
export const protocolsAgree = (rule: string, service: string): boolean =>
  service === 'UNSPECIFIED' || (rule === service && rule !== 'L3_DEFAULT');

function complete(body: Document, placement: Placement): Document {
  const { site, scope, previous } = placement;
  const scheme = text(body, 'loadBalancingScheme') ?? 'EXTERNAL';
  const target = text(body, 'target');
  const service = text(body, 'backendService');
  if (target !== undefined && service !== undefined) {
    throw badRequest('Only one of target and backendService may be specified.');
  }
  if (target === undefined && service === undefined) throw requiredField('resource.target');
  if (service !== undefined && scope.type === 'global') {
    throw invalidField('resource.backendService', service, 'A global forwarding rule needs a target.');
  }
  checkPorts(body, scheme);
  const serviceEntry = service === undefined ? undefined : site.get(parseLink(service)?.key ?? '');
  if (serviceEntry !== undefined) checkBackend(body, serviceEntry.body, scheme);
  if (scheme === 'INTERNAL' && service === undefined) throw requiredField('resource.backendService');
  checkTier(body, scheme, scope);
  checkInternalOnly(body, scheme);
  checkSources({ ...body, loadBalancingScheme: scheme }, placement);
  const range = parsePorts(text(body, 'portRange') ?? (target === undefined ? '' : '1-65535'));
  const internal = scheme === 'INTERNAL';
  const network = text(body, 'network') ?? subnetworkField(body, site) ?? site.link('global/networks/default');
  return {
    ...body,
    IPProtocol: text(body, 'IPProtocol') ?? 'TCP',
    loadBalancingScheme: scheme,
    networkTier: previous?.['networkTier'] ?? text(body, 'networkTier') ?? 'PREMIUM',
    ...(range === undefined ? {} : { portRange: `${range.low}-${range.high}` }),
    ...(internal ? { network, allowGlobalAccess: body['allowGlobalAccess'] ?? false } : {}),
    ...serviceName(body, placement),
  };
}

/** https://cloud.google.com/load-balancing/docs/dns-names */
function serviceName(body: Document, { site, scope, key }: Placement): Document {
  const label = text(body, 'serviceLabel');
  if (label === undefined) return {};
  const rule = key.slice(key.lastIndexOf('/') + 1);
  return { serviceName: `${label}.${rule}.il4.${scope.name}.lb.${site.project}.internal` };
}

const subnetworkField = (body: Document, site: Placement['site']): string | undefined =>
  text(site.get(parseLink(text(body, 'subnetwork') ?? '')?.key ?? '')?.body ?? {}, 'network');

/** https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules/setTarget */
const setTarget: Action = {
  change: ({ site, entry, body }) => {
    const link = text(body, 'target');
    if (link === undefined) throw requiredField('target');
    const field = parseLink(link)?.place.collection === 'backendServices' ? 'backendService' : 'target';
    if (text(entry.body, field) === undefined) {
      throw invalidField('target', link, 'The new target must be of the same type as the old one.');
    }
    const placement = { site, scope: entry.scope, key: entry.key, previous: entry.body };
    const changed = resolveReferences(forwardingRule, { ...entry.body, [field]: link }, placement);
    return forwardingRule.complete(changed, placement);
  },
};

export const forwardingRule: Kind = {
  collection: 'forwardingRules',
  message: 'ForwardingRule',
  noun: 'forwarding_rule',
  scopes: ['regions', 'global'],
  outputs: ['baseForwardingRule', 'pscConnectionId', 'pscConnectionStatus', 'serviceName'],
  // https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules/patch
  mutable: ['allowGlobalAccess', 'allowPscGlobalAccess', 'labels', 'description', 'sourceIpRanges'],
  labels: true,
  fingerprinted: true,
  references: [
    { path: 'backendService', to: ['backendServices'], within: 'inside' },
    { path: 'target', to: ['targetPools'], within: 'inside' },
    { path: 'subnetwork', to: ['subnetworks'], within: 'inside' },
    { path: 'network', to: ['networks'], within: 'inside' },
  ],
  complete,
  acquire: claimRuleAddress,
  release: releaseRuleAddress,
  actions: { setTarget },
  quota: (body, scope) => {
    if (scope.type === 'global') return ['GLOBAL_FORWARDING_RULES'];
    return text(body, 'loadBalancingScheme') === 'INTERNAL' ? ['INTERNAL_FORWARDING_RULES'] : ['FORWARDING_RULES'];
  },
};
