import type { JsonObject } from '../../json.ts';
import { allow, allowPaths, clusterRole, clusterRoleBinding, eventsRule, read } from './words.ts';

const health = '/healthz /livez /readyz /version /version/';
const certificates = 'certificatesigningrequests';
const signers = (name: string): JsonObject =>
  allow('approve', 'certificates.k8s.io', 'signers', `kubernetes.io/${name}`);
const reviews = [
  allow('create', 'authentication.k8s.io', 'tokenreviews'),
  allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
];
const election = (name: string): readonly JsonObject[] => [
  allow('create', 'coordination.k8s.io', 'leases'),
  allow('get list update watch', 'coordination.k8s.io', 'leases', name),
];

/** Roles of everybody and of a cluster's own components. */
export const systemRoles: readonly JsonObject[] = [
  clusterRole('system:discovery', [allowPaths('get', `${health} /api /api/* /apis /apis/* /openapi /openapi/*`)]),
  clusterRole('system:public-info-viewer', [allowPaths('get', health)]),
  // The recorded server has this role, others do not.
  clusterRole('system:openshift:public-info-viewer', [allowPaths('get', '/.well-known /.well-known/*')]),
  clusterRole('system:basic-user', [
    allow('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
    allow('create', 'authentication.k8s.io', 'selfsubjectreviews'),
  ]),
  clusterRole('system:service-account-issuer-discovery', [
    allowPaths(
      'get',
      '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
    ),
  ]),
  clusterRole('system:auth-delegator', reviews),
  clusterRole('system:heapster', [
    allow(read, 'core', 'events namespaces nodes pods'),
    allow(read, 'extensions', 'deployments'),
  ]),
  clusterRole('system:kube-aggregator', [allow(read, 'core', 'endpoints services')]),
  clusterRole('system:kube-dns', [allow('list watch', 'core', 'endpoints services')]),
  clusterRole('system:monitoring', [
    allowPaths('get', '/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*'),
  ]),
  clusterRole('system:kubelet-api-admin', [
    allow(read, 'core', 'nodes'),
    allow('proxy', 'core', 'nodes'),
    allow('*', 'core', 'nodes/log nodes/metrics nodes/proxy nodes/stats'),
  ]),
  clusterRole('system:node-bootstrapper', [allow(`create ${read}`, 'certificates.k8s.io', certificates)]),
  clusterRole('system:node-problem-detector', [
    allow('get', 'core', 'nodes'),
    allow('patch', 'core', 'nodes/status'),
    eventsRule,
  ]),
  clusterRole('system:node-proxier', [
    allow('list watch', 'core', 'endpoints services'),
    allow(read, 'core', 'nodes'),
    eventsRule,
    allow('list watch', 'discovery.k8s.io', 'endpointslices'),
  ]),
  clusterRole('system:persistent-volume-provisioner', [
    allow(`create delete ${read}`, 'core', 'persistentvolumes'),
    allow(`${read} update`, 'core', 'persistentvolumeclaims'),
    allow(read, 'storage.k8s.io', 'storageclasses'),
    allow('watch', 'core', 'events'),
    eventsRule,
  ]),
  clusterRole('system:kube-controller-manager', [
    eventsRule,
    ...election('kube-controller-manager'),
    allow('create', 'core', 'secrets serviceaccounts'),
    allow('delete', 'core', 'secrets'),
    allow('get', 'core', 'configmaps namespaces secrets serviceaccounts'),
    allow('update', 'core', 'secrets serviceaccounts'),
    ...reviews,
    allow('list watch', '*', '*'),
    allow('create', 'core', 'serviceaccounts/token'),
  ]),
  clusterRole('system:kube-scheduler', [
    eventsRule,
    ...election('kube-scheduler'),
    allow(read, 'core', 'nodes'),
    allow(`delete ${read}`, 'core', 'pods'),
    allow('create', 'core', 'bindings pods/binding'),
    allow('patch update', 'core', 'pods/status'),
    allow(read, 'core', 'replicationcontrollers services'),
    allow(read, 'apps extensions', 'replicasets'),
    allow(read, 'apps', 'statefulsets'),
    allow(read, 'policy', 'poddisruptionbudgets'),
    allow(read, 'core', 'persistentvolumeclaims persistentvolumes'),
    ...reviews,
    allow(read, 'storage.k8s.io', 'csidrivers csinodes csistoragecapacities storageclasses'),
    allow(read, 'core', 'namespaces'),
  ]),
  clusterRole('system:volume-scheduler', [
    allow(`${read} patch update`, 'core', 'persistentvolumes'),
    allow(read, 'storage.k8s.io', 'storageclasses'),
    allow(`${read} patch update`, 'core', 'persistentvolumeclaims'),
  ]),
  clusterRole('system:node', [
    allow('create', 'authentication.k8s.io', 'tokenreviews'),
    allow('create', 'authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews'),
    allow(read, 'core', 'services'),
    allow(`create ${read}`, 'core', 'nodes'),
    allow('patch update', 'core', 'nodes/status'),
    allow('patch update', 'core', 'nodes'),
    allow('create patch update', 'core', 'events'),
    allow(read, 'core', 'pods'),
    allow('create delete', 'core', 'pods'),
    allow('patch update', 'core', 'pods/status'),
    allow('create', 'core', 'pods/eviction'),
    allow(read, 'core', 'configmaps secrets'),
    allow('get', 'core', 'persistentvolumeclaims persistentvolumes'),
    allow('get', 'core', 'endpoints'),
    allow(`create ${read}`, 'certificates.k8s.io', certificates),
    allow('create delete get patch update', 'coordination.k8s.io', 'leases'),
    allow('get', 'storage.k8s.io', 'volumeattachments'),
    allow('create', 'core', 'serviceaccounts/token'),
    allow('get patch update', 'core', 'persistentvolumeclaims/status'),
    allow(read, 'storage.k8s.io', 'csidrivers'),
    allow('create delete get patch update', 'storage.k8s.io', 'csinodes'),
    allow(read, 'node.k8s.io', 'runtimeclasses'),
  ]),
  ...['nodeclient', 'selfnodeclient'].map((each) =>
    clusterRole(`system:certificates.k8s.io:certificatesigningrequests:${each}`, [
      allow('create', 'certificates.k8s.io', `certificatesigningrequests/${each}`),
    ]),
  ),
  clusterRole('system:certificates.k8s.io:legacy-unknown-approver', [signers('legacy-unknown')]),
  clusterRole('system:certificates.k8s.io:kubelet-serving-approver', [signers('kubelet-serving')]),
  clusterRole('system:certificates.k8s.io:kube-apiserver-client-approver', [signers('kube-apiserver-client')]),
  clusterRole('system:certificates.k8s.io:kube-apiserver-client-kubelet-approver', [
    signers('kube-apiserver-client-kubelet'),
  ]),
];

const authenticated = 'Group:system:authenticated';
const unauthenticated = 'Group:system:unauthenticated';

export const systemBindings: readonly JsonObject[] = [
  clusterRoleBinding('cluster-admin', 'Group:system:masters'),
  clusterRoleBinding('system:monitoring', 'Group:system:monitoring'),
  clusterRoleBinding('system:discovery', authenticated),
  clusterRoleBinding('system:basic-user', authenticated),
  clusterRoleBinding('system:public-info-viewer', authenticated, unauthenticated),
  clusterRoleBinding('system:openshift:public-info-viewer', authenticated, unauthenticated),
  clusterRoleBinding('system:service-account-issuer-discovery', 'Group:system:serviceaccounts'),
  clusterRoleBinding('system:node-proxier', 'User:system:kube-proxy'),
  clusterRoleBinding('system:kube-controller-manager', 'User:system:kube-controller-manager'),
  clusterRoleBinding('system:kube-dns', 'ServiceAccount:kube-system/kube-dns'),
  clusterRoleBinding('system:kube-scheduler', 'User:system:kube-scheduler'),
  clusterRoleBinding('system:volume-scheduler', 'User:system:kube-scheduler'),
  clusterRoleBinding('system:node'),
];
