import { badRequest, invalidField, requiredField } from '../api-error.ts';
import { parsePorts } from '../fields.ts';
import { type Document, text, texts } from '../json.ts';
import type { Action, Kind, Placement } from '../kind.ts';
import { parseLink } from '../links.ts';
import { resolveReferences } from '../references.ts';
import { claimRuleAddress, releaseRuleAddress } from './forwarding-rule-address.ts';

/** https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts#port_specifications */
const mostPorts = 5;

const isPassthrough = (scheme: string) => scheme === 'EXTERNAL' || scheme === 'INTERNAL';

function checkPorts(body: Document, scheme: string): void {
  const ports = texts(body, 'ports');
  const given = [ports.length > 0, text(body, 'portRange') !== undefined, body['allPorts'] === true];
  if (given.filter(Boolean).length > 1) {
    throw badRequest('Only one of ports, portRange, or allPorts fields is allowed.');
  }
  if (ports.length > mostPorts) {
    throw invalidField('resource.ports', ports, `Number of ports cannot exceed ${mostPorts}.`);
  }
  ports.forEach((port, at) => {
    if (parsePorts(port) === undefined) throw invalidField(`resource.ports[${at}]`, port, 'Must be a valid port.');
  });
  if (new Set(ports).size < ports.length) throw invalidField('resource.ports', ports, 'Ports must be unique.');
  const range = text(body, 'portRange');
  if (range !== undefined && parsePorts(range) === undefined) {
    throw invalidField('resource.portRange', range, 'Must be a port or a range of ports such as 80-443.');
  }
  if (range !== undefined && scheme === 'INTERNAL') {
    throw invalidField(
      'resource.portRange',
      range,
      'Port range is not supported for INTERNAL load balancing; use ports.',
    );
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

function complete(body: Document, { site, scope, previous }: Placement): Document {
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
  if (target !== undefined && body['allPorts'] === true) {
    throw invalidField('resource.allPorts', true, 'All ports needs a backend service.');
  }
  if (body['allowGlobalAccess'] === true && scheme === 'EXTERNAL') {
    throw invalidField('resource.allowGlobalAccess', true, 'Global access is for internal load balancing only.');
  }
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
  };
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
