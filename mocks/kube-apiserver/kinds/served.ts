import { authorizeBinding, authorizeRole } from '../auth/escalation.ts';
import { reviewKinds } from '../auth/review-kinds.ts';
import { tokenSubresource } from '../auth/token-request.ts';
import { at, scalarText } from '../json.ts';
import type { Kind, KubeObject, Subresource, Table, Verb } from '../kind.ts';
import { deploymentTable, replicaSetTable } from '../table/apps.ts';
import {
  configMapTable,
  endpointsTable,
  leaseTable,
  namespaceTable,
  secretTable,
  serviceAccountTable,
} from '../table/core.ts';
import { endpointSliceTable } from '../table/endpoint-slice.ts';
import { eventTable } from '../table/event.ts';
import { nodeTable } from '../table/node.ts';
import { podTable } from '../table/pod.ts';
import { bindingTable, roleTable } from '../table/rbac.ts';
import { serviceTable } from '../table/service.ts';
import { namespaceDeletion } from './namespace.ts';
import { podGraceSeconds } from './pod/strategy.ts';
import { newEventTable } from './event.ts';
import { keptKinds } from './kept.ts';
import { type KindRules, rules } from './rules.ts';
import { podBinding } from './subresources/binding.ts';
import { podEviction } from './subresources/eviction.ts';
import { podLog } from './subresources/pod-log.ts';
import { scale } from './subresources/scale.ts';

/** How a kind is served; the defaults are those of most kinds. */
interface Serving {
  readonly plural: string;
  readonly table: Table;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly clusterWide?: true;
  readonly verbs?: readonly Verb[];
  readonly subresources?: readonly Subresource[];
  /** Paths of fields that select objects as they are. */
  readonly selectable?: readonly string[];
  /** Field selectors whose value is worked out. */
  readonly selectors?: Kind['selectableFields'];
  readonly deleteAnswer?: 'object';
  readonly createsOnPut?: true;
  readonly conditionalUpdate?: true;
  readonly uncached?: true;
  readonly warning?: string;
  readonly authorizeWrite?: Kind['authorizeWrite'];
  readonly deletion?: Pick<Kind, 'graceSeconds' | 'holdsContent' | 'undeletable' | 'whenDeleting'>;
}

const everyVerb: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

const status: Subresource = { name: 'status', verbs: ['get', 'patch', 'update'] };

const involved = (key: string): readonly string[] =>
  ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((field) => `${key}.${field}`);

function serve(group: string, kind: string, own: KindRules, serving: Serving): Kind {
  const byPath = (serving.selectable ?? []).map((path) => [path, read(path)] as const);
  return {
    group,
    version: 'v1',
    kind,
    plural: serving.plural,
    singular: kind.toLowerCase(),
    shortNames: serving.shortNames ?? [],
    categories: serving.categories ?? [],
    namespaced: !serving.clusterWide,
    verbs: serving.verbs ?? everyVerb,
    subresources: serving.subresources ?? [],
    schema: own.schema,
    strategy: own.strategy,
    ...serving.deletion,
    ...(serving.authorizeWrite ? { authorizeWrite: serving.authorizeWrite } : {}),
    selectableFields: { ...Object.fromEntries(byPath), ...serving.selectors },
    table: serving.table,
    deleteAnswer: serving.deleteAnswer ?? 'status',
    createsOnPut: serving.createsOnPut ?? false,
    unconditionalUpdate: !serving.conditionalUpdate,
    ...(own.storage ? { storage: own.storage } : {}),
    ...(serving.uncached ? { uncached: true } : {}),
    ...(serving.warning === undefined ? {} : { warning: serving.warning }),
  };
}

function read(path: string): (object: KubeObject) => string {
  const keys = path.split('.');
  return (object) => scalarText(at(object, ...keys));
}

const core: readonly Kind[] = [
  serve('', 'ConfigMap', rules['/ConfigMap'], { plural: 'configmaps', shortNames: ['cm'], table: configMapTable }),
  serve('', 'Endpoints', rules['/Endpoints'], {
    plural: 'endpoints',
    shortNames: ['ep'],
    table: endpointsTable,
    createsOnPut: true,
    warning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  }),
  serve('', 'Event', rules['/Event'], {
    plural: 'events',
    shortNames: ['ev'],
    table: eventTable,
    uncached: true,
    selectable: [...involved('involvedObject'), 'reason', 'reportingComponent', 'type'],
    selectors: {
      source: (event) => scalarText(at(event, 'source', 'component')) || scalarText(event['reportingComponent']),
    },
    createsOnPut: true,
  }),
  serve('', 'Namespace', rules['/Namespace'], {
    plural: 'namespaces',
    shortNames: ['ns'],
    clusterWide: true,
    verbs: everyVerb.filter((verb) => verb !== 'deletecollection'),
    subresources: [status, { name: 'finalize', verbs: ['update'] }],
    table: namespaceTable,
    selectable: ['status.phase'],
    deleteAnswer: 'object',
    deletion: namespaceDeletion,
  }),
  serve('', 'Node', rules['/Node'], {
    plural: 'nodes',
    shortNames: ['no'],
    clusterWide: true,
    subresources: [status],
    table: nodeTable,
    selectors: { 'spec.unschedulable': (node) => String(at(node, 'spec', 'unschedulable') === true) },
  }),
  serve('', 'Pod', rules['/Pod'], {
    plural: 'pods',
    shortNames: ['po'],
    categories: ['all'],
    subresources: [status, podBinding, podEviction, podLog],
    table: podTable,
    deletion: { graceSeconds: podGraceSeconds },
    selectable: [
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ],
    selectors: { 'spec.hostNetwork': (pod) => String(at(pod, 'spec', 'hostNetwork') === true) },
    deleteAnswer: 'object',
  }),
  serve('', 'Secret', rules['/Secret'], { plural: 'secrets', table: secretTable, selectable: ['type'] }),
  serve('', 'Service', rules['/Service'], {
    plural: 'services',
    shortNames: ['svc'],
    categories: ['all'],
    subresources: [status],
    table: serviceTable,
    selectable: ['spec.type', 'spec.clusterIP'],
    deleteAnswer: 'object',
    createsOnPut: true,
  }),
  serve('', 'ServiceAccount', rules['/ServiceAccount'], {
    plural: 'serviceaccounts',
    shortNames: ['sa'],
    subresources: [tokenSubresource],
    table: serviceAccountTable,
  }),
];

const workload = { categories: ['all'], subresources: [status, scale] };

/** Every kind the server serves. */
export const kinds: readonly Kind[] = [
  ...core,
  serve('apps', 'Deployment', rules['apps/Deployment'], {
    ...workload,
    plural: 'deployments',
    shortNames: ['deploy'],
    table: deploymentTable,
  }),
  serve('apps', 'ReplicaSet', rules['apps/ReplicaSet'], {
    ...workload,
    plural: 'replicasets',
    shortNames: ['rs'],
    table: replicaSetTable,
  }),
  serve('coordination.k8s.io', 'Lease', rules['coordination.k8s.io/Lease'], {
    plural: 'leases',
    table: leaseTable,
    createsOnPut: true,
    conditionalUpdate: true,
  }),
  serve('discovery.k8s.io', 'EndpointSlice', rules['discovery.k8s.io/EndpointSlice'], {
    plural: 'endpointslices',
    table: endpointSliceTable,
  }),
  serve('events.k8s.io', 'Event', rules['events.k8s.io/Event'], {
    plural: 'events',
    shortNames: ['ev'],
    table: newEventTable,
    uncached: true,
    selectable: [...involved('regarding'), 'reason', 'reportingController', 'type'],
    createsOnPut: true,
  }),
  serve('rbac.authorization.k8s.io', 'Role', rules['rbac.authorization.k8s.io/Role'], {
    plural: 'roles',
    authorizeWrite: authorizeRole,
    createsOnPut: true,
    table: roleTable,
  }),
  serve('rbac.authorization.k8s.io', 'ClusterRole', rules['rbac.authorization.k8s.io/ClusterRole'], {
    plural: 'clusterroles',
    clusterWide: true,
    authorizeWrite: authorizeRole,
    createsOnPut: true,
    table: roleTable,
  }),
  serve('rbac.authorization.k8s.io', 'RoleBinding', rules['rbac.authorization.k8s.io/RoleBinding'], {
    plural: 'rolebindings',
    authorizeWrite: authorizeBinding,
    createsOnPut: true,
    table: bindingTable,
  }),
  serve('rbac.authorization.k8s.io', 'ClusterRoleBinding', rules['rbac.authorization.k8s.io/ClusterRoleBinding'], {
    plural: 'clusterrolebindings',
    clusterWide: true,
    authorizeWrite: authorizeBinding,
    createsOnPut: true,
    table: bindingTable,
  }),
  ...reviewKinds,
  ...keptKinds,
];
