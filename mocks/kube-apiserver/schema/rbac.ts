import { atomic, keepEmpty, list, object, shape, struct, text, texts, topLevel } from './build.ts';
import { labelSelector, objectMeta } from './meta.ts';

const pkg = 'io.k8s.api.rbac.v1';

const policyRule = shape(`${pkg}.PolicyRule`, 'Verbs that are allowed on resources or paths.', {
  verbs: texts('Verbs; * is all.', { ...atomic, ...keepEmpty, required: true }),
  apiGroups: texts('API groups; "" is the core group, * is all.', atomic),
  resources: texts('Resources; * is all, services/status a subresource.', atomic),
  resourceNames: texts('Names to which the rule is limited.', atomic),
  nonResourceURLs: texts('Paths besides resources.', atomic),
});

const aggregationRule = shape(`${pkg}.AggregationRule`, 'Which ClusterRoles are joined in this one.', {
  clusterRoleSelectors: list(labelSelector, 'Selectors of the ClusterRoles.', atomic),
});

const roleRef = shape(
  `${pkg}.RoleRef`,
  'The role that is bound.',
  {
    apiGroup: text('Group of the role.', { required: true, keepEmpty: true }),
    kind: text('Role or ClusterRole.', { required: true, keepEmpty: true }),
    name: text('Name of the role.', { required: true, keepEmpty: true }),
  },
  'atomic',
);

const subject = shape(
  `${pkg}.Subject`,
  'Who is given a role.',
  {
    kind: text('User, Group or ServiceAccount.', { required: true, keepEmpty: true }),
    apiGroup: text('Group of the kind.'),
    name: text('Name of the subject.', { required: true, keepEmpty: true }),
    namespace: text('Namespace of a ServiceAccount.'),
  },
  'atomic',
);

const rules = list(policyRule, 'What is allowed.', { ...atomic, ...keepEmpty });
const binding = {
  subjects: list(subject, 'Who is given the role.', atomic),
  roleRef: struct(roleRef, 'The role; cannot change.'),
};

export const roleSchema = topLevel(`${pkg}.Role`, 'Permissions within a namespace.', objectMeta, { rules });
export const clusterRoleSchema = topLevel(`${pkg}.ClusterRole`, 'Permissions in all of the cluster.', objectMeta, {
  rules,
  aggregationRule: object(aggregationRule, 'ClusterRoles that are joined in this one.'),
});
export const roleBindingSchema = topLevel(
  `${pkg}.RoleBinding`,
  'Gives a role within a namespace.',
  objectMeta,
  binding,
);
export const clusterRoleBindingSchema = topLevel(
  `${pkg}.ClusterRoleBinding`,
  'Gives a role in all of the cluster.',
  objectMeta,
  binding,
);
