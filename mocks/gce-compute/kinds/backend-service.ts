import { ApiError, invalidField, requiredField } from '../api-error.ts';
import { checkLength, checkRange, words } from '../fields.ts';
import { count, type Document, part, parts, text, texts } from '../json.ts';
import type { Action, Kind, Placement } from '../kind.ts';
import { parseLink } from '../links.ts';
import { checkLoadBalancedOnce } from '../members.ts';
import { resolveLink } from '../references.ts';
import { groupHealth } from '../health.ts';
import { checkFailover, checkPassthrough } from './passthrough.ts';
import { protocolsAgree } from './forwarding-rule.ts';

const passthrough: readonly string[] = ['EXTERNAL', 'INTERNAL'];
const rateFields: readonly string[] = ['maxRate', 'maxRatePerInstance', 'maxRatePerEndpoint', 'maxUtilization'];

function completeBackend(backend: Document, at: number, bare: boolean): Document {
  const field = `resource.backends[${at}]`;
  if (text(backend, 'group') === undefined) throw requiredField(`${field}.group`);
  const mode = text(backend, 'balancingMode') ?? (bare ? 'CONNECTION' : 'UTILIZATION');
  if (!bare) return { ...backend, balancingMode: mode, capacityScaler: count(backend, 'capacityScaler') ?? 1 };
  if (mode !== 'CONNECTION') {
    throw invalidField(
      `${field}.balancingMode`,
      mode,
      'Balancing mode must be CONNECTION for this load balancing scheme.',
    );
  }
  const rate = rateFields.find((name) => count(backend, name) !== undefined);
  if (rate !== undefined) throw invalidField(`${field}.${rate}`, backend[rate], 'Not allowed with mode CONNECTION.');
  return { ...backend, balancingMode: mode };
}

function checkBackends(body: Document, bare: boolean, site: Placement['site']): void {
  const groups = parts(body, 'backends').map((backend) => parseLink(text(backend, 'group') ?? '')?.key ?? '');
  const repeated = groups.findIndex((group, at) => groups.indexOf(group) !== at);
  if (repeated >= 0) {
    throw invalidField(
      `resource.backends[${repeated}].group`,
      groups[repeated],
      'Duplicate backend in a backend service.',
    );
  }
  const kinds = new Set(groups.map((group) => parseLink(group)?.place.collection));
  if (kinds.size > 1) throw invalidField('resource.backends', groups, 'Backends must all be of the same type.');
  groups.forEach((group, at) => {
    const type = text(site.get(group)?.body ?? {}, 'networkEndpointType');
    if (type === undefined || (type === 'GCE_VM_IP') === bare) return;
    const why = `Endpoint groups of type ${type} do not go with this load balancing scheme.`;
    throw invalidField(`resource.backends[${at}].group`, group, why);
  });
}

/** A change must not contradict the rules that already send packets here. */
function checkUsers(body: Document, { site, key }: Placement): void {
  for (const user of site.referrers(key).filter(({ collection }) => collection === 'forwardingRules')) {
    const spoken = text(user.body, 'IPProtocol') ?? 'TCP';
    if (!protocolsAgree(spoken, text(body, 'protocol') ?? 'TCP')) {
      throw invalidField(
        'resource.protocol',
        body['protocol'],
        `Forwarding rule '${site.link(user.key)}' uses ${spoken}.`,
      );
    }
  }
}

function complete(body: Document, placement: Placement): Document {
  const { previous, scope } = placement;
  checkLength(body, 'description', 2048);
  const scheme = text(body, 'loadBalancingScheme') ?? 'EXTERNAL';
  if (previous !== undefined && text(previous, 'loadBalancingScheme') !== scheme) {
    throw invalidField('resource.loadBalancingScheme', scheme, 'Load balancing scheme cannot be changed.');
  }
  const bare = passthrough.includes(scheme) && scope.type === 'regions';
  checkRange(body, 'timeoutSec', 1, 2_147_483_647);
  checkRange(part(body, 'connectionDraining'), 'drainingTimeoutSec', 0, 3600, 'resource.connectionDraining');
  if (texts(body, 'healthChecks').length > 1) {
    throw invalidField('resource.healthChecks', body['healthChecks'], 'At most one health check is allowed.');
  }
  if (bare) checkPassthrough(body, scheme);
  checkFailover(body, bare);
  checkBackends(body, bare, placement.site);
  checkUsers(body, placement);
  const completed = {
    ...body,
    loadBalancingScheme: scheme,
    protocol: text(body, 'protocol') ?? (bare ? 'TCP' : 'HTTP'),
    sessionAffinity: text(body, 'sessionAffinity') ?? 'NONE',
    timeoutSec: count(body, 'timeoutSec') ?? 30,
    connectionDraining: { drainingTimeoutSec: 0, ...part(body, 'connectionDraining') },
    ...(bare ? {} : { port: count(body, 'port') ?? 80, portName: text(body, 'portName') ?? 'http' }),
    backends: parts(body, 'backends').map((backend, at) => completeBackend(backend, at, bare)),
  };
  checkLoadBalancedOnce(placement.site, placement.key, completed.backends);
  return completed;
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/regionBackendServices/getHealth */
const getHealth: Action = {
  answer: ({ site, entry, body }) => {
    const link = text(body, 'group');
    if (link === undefined) throw requiredField('group');
    const group = resolveLink(site, {
      field: 'group',
      link,
      to: ['instanceGroups', 'networkEndpointGroups'],
      from: entry.scope,
      within: 'project',
    });
    const attached = parts(entry.body, 'backends').some((backend) => text(backend, 'group') === site.link(group.key));
    if (!attached) throw new ApiError(400, 'invalid', `Invalid value for field 'group': '${link}'. Not a backend.`);
    return { kind: 'compute#backendServiceGroupHealth', ...groupHealth(site, group, entry) };
  },
};

export const backendService: Kind = {
  collection: 'backendServices',
  message: 'BackendService',
  noun: 'backend_service',
  scopes: ['regions', 'global'],
  outputs: ['usedBy', 'edgeSecurityPolicy'],
  mutable: words(`
    affinityCookieTtlSec backends connectionDraining connectionTrackingPolicy customRequestHeaders
    customResponseHeaders description failoverPolicy healthChecks ipAddressSelectionPolicy
    localityLbPolicy localityLbPolicies logConfig maxStreamDuration metadatas outlierDetection port
    portName protocol serviceLbPolicy sessionAffinity strongSessionAffinityCookie subsetting timeoutSec
    enableCDN compressionMode consistentHash circuitBreakers cdnPolicy iap network haPolicy
    externalManagedMigrationState loadBalancingScheme
  `),
  fingerprinted: true,
  references: [
    { path: 'healthChecks[]', to: ['healthChecks', 'httpHealthChecks', 'httpsHealthChecks'], within: 'inside' },
    { path: 'backends[].group', to: ['instanceGroups', 'networkEndpointGroups'], within: 'inside' },
    { path: 'network', to: ['networks'], within: 'inside' },
  ],
  complete,
  actions: { getHealth },
  quota: (body) => [
    text(body, 'loadBalancingScheme') === 'INTERNAL' ? 'INTERNAL_BACKEND_SERVICES' : 'BACKEND_SERVICES',
  ],
  show: (entry, site) => {
    const users = site.referrers(entry.key).filter(({ collection }) => collection === 'forwardingRules');
    return users.length === 0 ? {} : { usedBy: users.map((user) => ({ reference: site.link(user.key) })) };
  },
};
