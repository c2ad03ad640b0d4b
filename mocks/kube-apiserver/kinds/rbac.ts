import { isObject, type JsonObject, listOf, objectOf, sameJson, textOf } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { clusterRoleBindingSchema, clusterRoleSchema, roleBindingSchema, roleSchema } from '../schema/rbac.ts';
import { invalidValue, required, unsupported } from '../validation/field-error.ts';
import { pathSegmentName } from '../validation/names.ts';
import { strategyOf, withField } from './strategy.ts';

/** Roles and their bindings. */

const group = 'rbac.authorization.k8s.io';

export const roleStrategy = strategyOf({
  schema: roleSchema,
  namespaced: true,
  name: pathSegmentName,
  validate: wrongRules,
});

export const clusterRoleStrategy = strategyOf({
  schema: clusterRoleSchema,
  namespaced: false,
  name: pathSegmentName,
  validate: wrongRules,
});

function wrongRules(role: KubeObject): readonly FieldError[] {
  return listOf(role['rules'])
    .filter(isObject)
    .flatMap((rule, index) => wrongRule(`rules[${index}]`, rule, textOf(role.metadata['namespace']) !== ''));
}

function wrongRule(field: string, rule: JsonObject, namespaced: boolean): readonly FieldError[] {
  const empty = (key: string): boolean => listOf(rule[key]).length === 0;
  if (empty('verbs')) return [required(`${field}.verbs`, 'verbs must contain at least one value')];
  if (!empty('nonResourceURLs')) {
    const urls = listOf(rule['nonResourceURLs']);
    if (namespaced) {
      return [invalidValue(`${field}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs')];
    }
    return empty('apiGroups') && empty('resources') && empty('resourceNames')
      ? []
      : [
          invalidValue(
            `${field}.nonResourceURLs`,
            urls,
            'rules cannot apply to both regular resources and non-resource URLs',
          ),
        ];
  }
  return [
    ...(empty('apiGroups')
      ? [required(`${field}.apiGroups`, 'resource rules must supply at least one api group')]
      : []),
    ...(empty('resources') ? [required(`${field}.resources`, 'resource rules must supply at least one resource')] : []),
  ];
}

function withGroups(binding: KubeObject): KubeObject {
  const subjects = listOf(binding['subjects'])
    .filter(isObject)
    .map((subject) => {
      const needsGroup = subject['kind'] === 'User' || subject['kind'] === 'Group';
      return needsGroup && textOf(subject['apiGroup']) === '' ? { ...subject, apiGroup: group } : subject;
    });
  const roleRef = objectOf(binding['roleRef']);
  const complete = { ...roleRef, apiGroup: textOf(roleRef['apiGroup']) || group };
  return withField(withField(binding, 'subjects', subjects), 'roleRef', complete);
}

function wrongBinding(binding: KubeObject): readonly FieldError[] {
  const roleRef = objectOf(binding['roleRef']);
  const kinds = textOf(binding.metadata['namespace']) === '' ? ['ClusterRole'] : ['Role', 'ClusterRole'];
  const subjectKinds = ['ServiceAccount', 'User', 'Group'];
  return [
    ...(roleRef['apiGroup'] === group ? [] : [unsupported('roleRef.apiGroup', roleRef['apiGroup'], [group])]),
    ...(kinds.includes(textOf(roleRef['kind'])) ? [] : [unsupported('roleRef.kind', roleRef['kind'], kinds)]),
    ...(textOf(roleRef['name']) === '' ? [required('roleRef.name')] : []),
    ...listOf(binding['subjects'])
      .filter(isObject)
      .flatMap(({ kind, name, namespace }, index) => {
        const field = `subjects[${index}]`;
        const account = kind === 'ServiceAccount';
        return [
          ...(textOf(name) === '' ? [required(`${field}.name`)] : []),
          ...(subjectKinds.includes(textOf(kind)) ? [] : [unsupported(`${field}.kind`, kind, subjectKinds)]),
          ...(account && textOf(namespace) === '' && kinds.length === 1 ? [required(`${field}.namespace`)] : []),
        ];
      }),
  ];
}

function wrongBindingChange(binding: KubeObject, old: KubeObject): readonly FieldError[] {
  const { roleRef } = binding;
  return sameJson(roleRef, old['roleRef']) ? [] : [invalidValue('roleRef', roleRef, 'cannot change roleRef')];
}

const binding = {
  name: pathSegmentName,
  defaults: withGroups,
  validate: wrongBinding,
  validateChange: wrongBindingChange,
} as const;

export const roleBindingStrategy = strategyOf({ ...binding, schema: roleBindingSchema, namespaced: true });
export const clusterRoleBindingStrategy = strategyOf({
  ...binding,
  schema: clusterRoleBindingSchema,
  namespaced: false,
});
