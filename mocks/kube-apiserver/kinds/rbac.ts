import { isObject, type JsonObject, listOf, objectOf, sameJson, textOf } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { clusterRoleBindingSchema, clusterRoleSchema, roleBindingSchema, roleSchema } from '../schema/rbac.ts';
import { invalidEach, invalidValue, required, unsupported } from '../validation/field-error.ts';
import { pathSegmentName, wrongDnsSubdomain, wrongPathSegment } from '../validation/names.ts';
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
  validate: (role) => [...wrongRules(role), ...wrongAggregation(role)],
});

function wrongAggregation({ aggregationRule }: KubeObject): readonly FieldError[] {
  if (!isObject(aggregationRule) || listOf(aggregationRule['clusterRoleSelectors']).length > 0) return [];
  const why = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
  return [required('aggregationRule.clusterRoleSelectors', why)];
}

function wrongRules(role: KubeObject): readonly FieldError[] {
  return listOf(role['rules'])
    .filter(isObject)
    .flatMap((rule, index) => wrongRule(`rules[${index}]`, rule, textOf(role.metadata['namespace']) !== ''));
}

function wrongRule(field: string, rule: JsonObject, namespaced: boolean): readonly FieldError[] {
  const empty = (key: string): boolean => listOf(rule[key]).length === 0;
  const noVerbs = empty('verbs') ? [required(`${field}.verbs`, 'verbs must contain at least one value')] : [];
  if (!empty('nonResourceURLs')) {
    const wrong = (why: string): FieldError => invalidValue(`${field}.nonResourceURLs`, rule['nonResourceURLs'], why);
    return [
      ...noVerbs,
      ...(namespaced ? [wrong('namespaced rules cannot apply to non-resource URLs')] : []),
      ...(empty('apiGroups') && empty('resources') && empty('resourceNames')
        ? []
        : [wrong('rules cannot apply to both regular resources and non-resource URLs')]),
    ];
  }
  return [
    ...noVerbs,
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
  return [
    ...(roleRef['apiGroup'] === group ? [] : [unsupported('roleRef.apiGroup', roleRef['apiGroup'], [group])]),
    ...(kinds.includes(textOf(roleRef['kind'])) ? [] : [unsupported('roleRef.kind', roleRef['kind'], kinds)]),
    ...(textOf(roleRef['name']) === ''
      ? [required('roleRef.name')]
      : invalidEach('roleRef.name', roleRef['name'], wrongPathSegment(textOf(roleRef['name']), false))),
    ...listOf(binding['subjects'])
      .filter(isObject)
      .flatMap((subject, index) => wrongSubject(`subjects[${index}]`, subject, kinds.length === 1)),
  ];
}

const subjectKinds = ['ServiceAccount', 'User', 'Group'];

function wrongSubject(field: string, subject: JsonObject, clusterWide: boolean): readonly FieldError[] {
  const { kind, namespace } = subject;
  const [name, apiGroup] = [textOf(subject['name']), textOf(subject['apiGroup'])];
  const noName = name === '' ? [required(`${field}.name`)] : [];
  switch (textOf(kind)) {
    case 'ServiceAccount':
      return [
        ...noName,
        ...(name === '' ? [] : invalidEach(`${field}.name`, name, wrongDnsSubdomain(name))),
        ...(apiGroup === '' ? [] : [unsupported(`${field}.apiGroup`, apiGroup, [''])]),
        ...(clusterWide && textOf(namespace) === '' ? [required(`${field}.namespace`)] : []),
      ];
    case 'User':
    case 'Group':
      return [...noName, ...(apiGroup === group ? [] : [unsupported(`${field}.apiGroup`, apiGroup, [group])])];
    default:
      return [...noName, unsupported(`${field}.kind`, kind, subjectKinds)];
  }
}

function wrongBindingChange(binding: KubeObject, old: KubeObject): readonly FieldError[] {
  if (sameJson(binding['roleRef'], old['roleRef'])) return [];
  const { apiGroup, kind, name } = objectOf(binding['roleRef']);
  // Shown with the names of Go's internal type.
  const shown = { APIGroup: textOf(apiGroup), Kind: textOf(kind), Name: textOf(name) };
  return [invalidValue('roleRef', shown, 'cannot change roleRef')];
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
