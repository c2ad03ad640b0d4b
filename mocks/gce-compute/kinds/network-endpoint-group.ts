import { ApiError, invalidField, requiredField } from '../api-error.ts';
import { count, type Document, equal, omit, parts, text } from '../json.ts';
import type { ActionRequest, Kind, Placement } from '../kind.ts';
import { resolveLink } from '../references.ts';
import { memberPage } from '../listing.ts';

const endpointField = '_endpoints';
/** https://cloud.google.com/load-balancing/docs/negs/zonal-neg-concepts */
const zonalTypes: readonly string[] = ['GCE_VM_IP', 'GCE_VM_IP_PORT'];

/** Endpoints that one call may name: controllers send them in batches of this. */
const mostPerCall = 500;

export const endpointsOf = (group: Document): readonly Document[] => parts(group, endpointField);

function complete(body: Document, { site, previous }: Placement): Document {
  const type = text(body, 'networkEndpointType') ?? 'GCE_VM_IP_PORT';
  if (!zonalTypes.includes(type)) {
    throw invalidField('resource.networkEndpointType', type, 'This mock serves zonal groups of VM endpoints only.');
  }
  if (type === 'GCE_VM_IP' && count(body, 'defaultPort') !== undefined) {
    throw invalidField('resource.defaultPort', body['defaultPort'], 'A GCE_VM_IP group has no ports.');
  }
  return {
    ...body,
    networkEndpointType: type,
    network: text(body, 'network') ?? site.link('global/networks/default'),
    [endpointField]: previous?.[endpointField] ?? [],
  };
}

/** The endpoint with what the group and the VM say filled in; VM and address must exist together. */
function completeEndpoint({ site, entry }: ActionRequest, asked: Document, at: number): Document {
  const field = `networkEndpoints[${at}]`;
  const link = text(asked, 'instance');
  if (link === undefined) throw requiredField(`${field}.instance`);
  const full = link.includes('/') ? link : `zones/${entry.scope.name}/instances/${link}`;
  const instance = resolveLink(site, {
    field: `${field}.instance`,
    link: full,
    to: ['instances'],
    from: entry.scope,
    within: 'inside',
  });
  const ip = text(parts(instance.body, 'networkInterfaces')[0] ?? {}, 'networkIP') ?? '';
  const given = text(asked, 'ipAddress') ?? ip;
  if (given !== ip) {
    throw invalidField(`${field}.ipAddress`, given, `Instance '${instance.name}' does not have this address.`);
  }
  const ported = text(entry.body, 'networkEndpointType') === 'GCE_VM_IP_PORT';
  const port = count(asked, 'port') ?? count(entry.body, 'defaultPort');
  if (ported && port === undefined) throw requiredField(`${field}.port`);
  if (!ported && count(asked, 'port') !== undefined) {
    throw invalidField(`${field}.port`, asked['port'], 'A GCE_VM_IP endpoint has no port.');
  }
  return { instance: site.link(instance.key), ipAddress: ip, ...(ported ? { port: port ?? 0 } : {}) };
}

function namedEndpoints({ body }: ActionRequest): readonly Document[] {
  const endpoints = parts(body, 'networkEndpoints');
  if (endpoints.length === 0) throw requiredField('networkEndpoints');
  if (endpoints.length > mostPerCall) {
    throw invalidField('networkEndpoints', endpoints.length, `At most ${mostPerCall} endpoints may be specified.`);
  }
  return endpoints;
}

const same = (a: Document, b: Document): boolean => equal(omit(a, ['annotations']), omit(b, ['annotations']));

function attach(request: ActionRequest): Document {
  const current = endpointsOf(request.entry.body);
  const added = namedEndpoints(request).map((endpoint, at) => completeEndpoint(request, endpoint, at));
  // Attaching what is attached is not an error: https://cloud.google.com/load-balancing/docs/negs/zonal-neg-concepts
  const fresh = added.filter((one) => !current.some((other) => same(one, other)));
  return { ...request.entry.body, [endpointField]: [...current, ...fresh] };
}

function detach(request: ActionRequest): Document {
  const current = endpointsOf(request.entry.body);
  const matches = (one: Document, wanted: Document) =>
    Object.entries(wanted).every(([field, value]) =>
      field === 'instance' ? nameOf(one[field]) === nameOf(value) : field === 'annotations' || equal(one[field], value),
    );
  const removed = namedEndpoints(request).map((wanted) => {
    const found = current.find((one) => matches(one, wanted));
    if (found !== undefined) return found;
    throw new ApiError(400, 'invalid', `Network endpoint ${JSON.stringify(wanted)} was not found in the group.`);
  });
  return { ...request.entry.body, [endpointField]: current.filter((one) => !removed.includes(one)) };
}

const nameOf = (value: unknown): string => (typeof value === 'string' ? (value.split('/').pop() ?? '') : '');

export const networkEndpointGroup: Kind = {
  collection: 'networkEndpointGroups',
  message: 'NetworkEndpointGroup',
  noun: 'network_endpoint_group',
  scopes: ['zones'],
  outputs: ['size'],
  mutable: [],
  references: [
    { path: 'network', to: ['networks'], within: 'inside' },
    { path: 'subnetwork', to: ['subnetworks'], within: 'inside' },
    { path: `${endpointField}[].instance`, to: ['instances'], within: 'inside', weak: true },
  ],
  complete,
  show: (entry) => ({ size: endpointsOf(entry.body).length }),
  quota: () => ['NETWORK_ENDPOINT_GROUPS'],
  actions: {
    attachNetworkEndpoints: { change: attach, overlap: true },
    detachNetworkEndpoints: { change: detach, overlap: true },
    listNetworkEndpoints: {
      answer: ({ site, entry, body, query }) => {
        const healthy = text(body, 'healthStatus') === 'SHOW';
        const rows = endpointsOf(entry.body).map((networkEndpoint): readonly [string, Document] => [
          text(networkEndpoint, 'instance') ?? '',
          {
            networkEndpoint,
            ...(healthy ? { healths: [{ healthState: site.health(entry.key, memberKey(networkEndpoint)) }] } : {}),
          },
        ]);
        return { kind: 'compute#networkEndpointGroupsListNetworkEndpoints', items: [], ...memberPage(rows, query) };
      },
    },
  },
};

const memberKey = (endpoint: Document): string => {
  const link = text(endpoint, 'instance') ?? '';
  return link.slice(link.indexOf('zones/'));
};
