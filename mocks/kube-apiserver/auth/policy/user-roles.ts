import type { JsonObject } from '../../json.ts';
import { admin, allow, allowPaths, clusterRole, edit, read, view, write } from './words.ts';

const podAccess = 'pods/attach pods/exec pods/portforward pods/proxy';

/** Roles for people. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles */
export const userRoles: readonly JsonObject[] = [
  clusterRole('cluster-admin', [allow('*', '*', '*'), allowPaths('*', '*')]),
  clusterRole('admin', [], { joins: admin }),
  clusterRole('edit', [], { joins: edit, partOf: admin }),
  clusterRole('view', [], { joins: view, partOf: edit }),
  clusterRole(
    'system:aggregate-to-admin',
    [
      allow('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
      allow(`${read} ${write}`, 'rbac.authorization.k8s.io', 'roles rolebindings'),
    ],
    { partOf: admin },
  ),
  clusterRole(
    'system:aggregate-to-edit',
    [
      allow(read, 'core', `${podAccess} secrets services/proxy`),
      allow('impersonate', 'core', 'serviceaccounts'),
      allow(write, 'core', `pods ${podAccess}`),
      allow('create', 'core', 'pods/eviction'),
      allow(
        write,
        'core',
        'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
      ),
      allow('create', 'core', 'serviceaccounts/token'),
      allow(
        write,
        'apps',
        'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
      ),
      allow(write, 'autoscaling', 'horizontalpodautoscalers'),
      allow(write, 'batch', 'cronjobs jobs'),
      allow(
        write,
        'extensions',
        'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale',
      ),
      allow(write, 'policy', 'poddisruptionbudgets'),
      allow(write, 'networking.k8s.io', 'ingresses networkpolicies'),
      allow(`${read} ${write}`, 'coordination.k8s.io', 'leases'),
      allow(write, 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'),
    ],
    { partOf: edit },
  ),
  clusterRole(
    'system:aggregate-to-view',
    [
      allow(
        read,
        'core',
        'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
      ),
      allow(
        read,
        'core',
        'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
      ),
      allow(read, 'core', 'namespaces'),
      allow(read, 'discovery.k8s.io', 'endpointslices'),
      allow(
        read,
        'apps',
        'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
      ),
      allow(read, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
      allow(read, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
      allow(
        read,
        'extensions',
        'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
      ),
      allow(read, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
      allow(read, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
      allow(read, 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'),
    ],
    { partOf: view },
  ),
];
