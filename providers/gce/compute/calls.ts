/**
 * The calls of the Compute API that Portico makes, as data: enough to find the method of the official client, the REST
 * path, and the group of the rate limit. https://cloud.google.com/compute/docs/reference/rest/v1
 */
interface Collection {
  /** Name of the client class in `@google-cloud/compute`, and of its file in snake case. */
  readonly client: string;
  readonly file: string;
  readonly scope: 'global' | 'region' | 'zone';
  /** The collection's segment in the path. */
  readonly segment: string;
  /** The client's parameter for the name, and for the body of insert, update and patch. */
  readonly item: string;
}

const collection = (
  client: string,
  file: string,
  scope: Collection['scope'],
  segment: string,
  item: string,
): Collection => ({ client, file, scope, segment, item });

export const collections = {
  addresses: collection('AddressesClient', 'addresses_client', 'region', 'addresses', 'address'),
  forwardingRules: collection(
    'ForwardingRulesClient',
    'forwarding_rules_client',
    'region',
    'forwardingRules',
    'forwardingRule',
  ),
  regionBackendServices: collection(
    'RegionBackendServicesClient',
    'region_backend_services_client',
    'region',
    'backendServices',
    'backendService',
  ),
  regionHealthChecks: collection(
    'RegionHealthChecksClient',
    'region_health_checks_client',
    'region',
    'healthChecks',
    'healthCheck',
  ),
  firewalls: collection('FirewallsClient', 'firewalls_client', 'global', 'firewalls', 'firewall'),
  instanceGroups: collection(
    'InstanceGroupsClient',
    'instance_groups_client',
    'zone',
    'instanceGroups',
    'instanceGroup',
  ),
  networkEndpointGroups: collection(
    'NetworkEndpointGroupsClient',
    'network_endpoint_groups_client',
    'zone',
    'networkEndpointGroups',
    'networkEndpointGroup',
  ),
  /** Only ever read: whether a machine that a group refused is there by now. */
  instances: collection('InstancesClient', 'instances_client', 'zone', 'instances', 'instance'),
  regionOperations: collection(
    'RegionOperationsClient',
    'region_operations_client',
    'region',
    'operations',
    'operation',
  ),
  zoneOperations: collection('ZoneOperationsClient', 'zone_operations_client', 'zone', 'operations', 'operation'),
  globalOperations: collection(
    'GlobalOperationsClient',
    'global_operations_client',
    'global',
    'operations',
    'operation',
  ),
} as const satisfies Readonly<Record<string, Collection>>;

export type CollectionName = keyof typeof collections;

interface Verb {
  readonly http: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Appended to the item's path; verbs without an item have none. */
  readonly action?: string;
  readonly item: boolean;
  /**
   * `read` and `list` change nothing and may be repeated; `submit` starts an operation; `wait` waits for one.
   * https://cloud.google.com/compute/api-quota
   */
  readonly effect: 'read' | 'list' | 'submit' | 'wait';
  /** The client's parameter for the name; absent: that of the collection (`address`). */
  readonly named?: string;
  /** The client's parameter for the body; absent: the item's own (`addressResource`). */
  readonly body?: string;
}

export const verbs = {
  get: { http: 'GET', item: true, effect: 'read' },
  list: { http: 'GET', item: false, effect: 'list' },
  insert: { http: 'POST', item: false, effect: 'submit' },
  update: { http: 'PUT', item: true, effect: 'submit' },
  patch: { http: 'PATCH', item: true, effect: 'submit' },
  delete: { http: 'DELETE', item: true, effect: 'submit' },
  getHealth: {
    http: 'POST',
    action: 'getHealth',
    item: true,
    effect: 'read',
    body: 'resourceGroupReferenceResource',
  },
  setLabels: {
    http: 'POST',
    action: 'setLabels',
    item: true,
    effect: 'submit',
    named: 'resource',
    body: 'regionSetLabelsRequestResource',
  },
  addInstances: {
    http: 'POST',
    action: 'addInstances',
    item: true,
    effect: 'submit',
    body: 'instanceGroupsAddInstancesRequestResource',
  },
  removeInstances: {
    http: 'POST',
    action: 'removeInstances',
    item: true,
    effect: 'submit',
    body: 'instanceGroupsRemoveInstancesRequestResource',
  },
  listInstances: {
    http: 'POST',
    action: 'listInstances',
    item: true,
    effect: 'list',
    body: 'instanceGroupsListInstancesRequestResource',
  },
  attachNetworkEndpoints: {
    http: 'POST',
    action: 'attachNetworkEndpoints',
    item: true,
    effect: 'submit',
    body: 'networkEndpointGroupsAttachEndpointsRequestResource',
  },
  detachNetworkEndpoints: {
    http: 'POST',
    action: 'detachNetworkEndpoints',
    item: true,
    effect: 'submit',
    body: 'networkEndpointGroupsDetachEndpointsRequestResource',
  },
  listNetworkEndpoints: {
    http: 'POST',
    action: 'listNetworkEndpoints',
    item: true,
    effect: 'list',
    body: 'networkEndpointGroupsListEndpointsRequestResource',
  },
  wait: { http: 'POST', action: 'wait', item: true, effect: 'wait' },
  /** Over all zones and regions of the project at once. */
  aggregatedList: { http: 'GET', item: false, effect: 'list' },
} as const satisfies Readonly<Record<string, Verb>>;

export type VerbName = keyof typeof verbs;

/** A JSON object as the API takes or gives it. */
export type Body = Readonly<Record<string, unknown>>;

export interface ApiCall {
  readonly collection: CollectionName;
  readonly verb: VerbName;
  readonly project: string;
  /** The region or zone, for collections that live in one. */
  readonly location?: string;
  readonly name?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Body;
}

/** `forwardingRules.insert`: how metrics and messages name a call. */
export const methodOf = (call: ApiCall): string => `${call.collection}.${call.verb}`;

/** `regions/europe-west1/forwardingRules/web`: how messages name what a call is about. */
export const objectOf = (call: ApiCall): string => pathIn(call);

/** The REST path below `projects/{project}/`. */
export function pathIn(call: ApiCall): string {
  const { scope, segment } = collections[call.collection];
  const verb: Verb = verbs[call.verb];
  if (call.verb === 'aggregatedList') return `aggregated/${segment}`;
  const parts = [
    scope === 'region' || scope === 'zone' ? `${scope}s/${call.location ?? ''}` : 'global',
    segment,
    ...(verb.item ? [call.name ?? ''] : []),
    ...(verb.action === undefined ? [] : [verb.action]),
  ];
  return parts.join('/');
}

/** The whole REST path with its query. */
export function pathOf(call: ApiCall): string {
  const query = new URLSearchParams(call.query).toString();
  return `/compute/v1/projects/${call.project}/${pathIn(call)}${query === '' ? '' : `?${query}`}`;
}
