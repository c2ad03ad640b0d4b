import type { JsonObject } from '../../json.ts';

/** Words in which the roles of a new cluster are written: `allow(read, 'apps', 'deployments statefulsets')`. */

export const read = 'get list watch';
export const write = 'create delete deletecollection patch update';
export const admin = 'rbac.authorization.k8s.io/aggregate-to-admin';
export const edit = 'rbac.authorization.k8s.io/aggregate-to-edit';
export const view = 'rbac.authorization.k8s.io/aggregate-to-view';

const words = (text: string): readonly string[] => text.split(' ').toSorted();

/** A rule on resources; lists are in alphabetical order, as in the real server. `core` is the core group. */
export function allow(verbs: string, groups: string, resources: string, names?: string): JsonObject {
  return {
    verbs: words(verbs),
    apiGroups: words(groups).map((group) => (group === 'core' ? '' : group)),
    resources: words(resources),
    ...(names === undefined ? {} : { resourceNames: words(names) }),
  };
}

export function allowPaths(verbs: string, paths: string): JsonObject {
  return { verbs: words(verbs), nonResourceURLs: words(paths) };
}

/** Events of both groups. */
export const eventsRule = allow('create patch update', 'core events.k8s.io', 'events');

const metadata = {
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
} as const;

export interface RoleOptions {
  /** Label by which another role takes up the rules of this one. */
  readonly partOf?: string;
  /** Label of the roles whose rules this one takes up. */
  readonly joins?: string;
}

export function clusterRole(name: string, rules: readonly JsonObject[], options: RoleOptions = {}): JsonObject {
  const { partOf, joins } = options;
  return {
    metadata: {
      ...metadata,
      name,
      labels: { ...metadata.labels, ...(partOf === undefined ? {} : { [partOf]: 'true' }) },
    },
    rules,
    ...(joins === undefined
      ? {}
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [joins]: 'true' } }] } }),
  };
}

const rbac = 'rbac.authorization.k8s.io';

/** Subjects as `Group:system:masters`, `User:system:kube-proxy`, `ServiceAccount:kube-system/kube-dns`. */
export function clusterRoleBinding(role: string, ...subjects: readonly string[]): JsonObject {
  return {
    metadata: { ...metadata, name: role },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    ...(subjects.length === 0 ? {} : { subjects: subjects.map(subjectOf) }),
  };
}

function subjectOf(text: string): JsonObject {
  const colon = text.indexOf(':');
  const kind = text.slice(0, colon);
  const name = text.slice(colon + 1);
  if (kind !== 'ServiceAccount') return { kind, apiGroup: rbac, name };
  const [namespace = '', account = ''] = name.split('/');
  return { kind, name: account, namespace };
}
