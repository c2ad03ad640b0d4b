import type { User } from '../../cluster.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import type { KubeObject } from '../../kind.ts';
import { nameOf, namespaceOf } from '../../metadata.ts';
import type { Store } from '../../store/store.ts';
import { type PolicyRule, rulesOf } from './policy-rule.ts';

export const rbacGroup = 'rbac.authorization.k8s.io';

/** A rule that a binding gives to a user, or a binding whose role is missing. */
export type Grant = { readonly rule: PolicyRule; readonly source: string } | { readonly error: string };

/**
 * All that bindings give to a user in a namespace; across all of the cluster where the namespace is empty. Bindings of
 * the cluster come first, each kind by name (the real server takes them in any order).
 */
export function* grantsTo(store: Store, user: User, namespace: string): Generator<Grant> {
  for (const binding of store.list(`${rbacGroup}/clusterrolebindings`, '').objects) {
    yield* grantsOf(store, binding, user, '');
  }
  if (namespace === '') return;
  for (const binding of store.list(`${rbacGroup}/rolebindings`, `${namespace}/`).objects) {
    yield* grantsOf(store, binding, user, namespace);
  }
}

function* grantsOf(store: Store, binding: KubeObject, user: User, namespace: string): Generator<Grant> {
  const subject = listOf(binding['subjects'])
    .filter(isObject)
    .find((each) => isSubject(each, user, namespace));
  if (!subject) return;
  const role = roleOf(store, objectOf(binding['roleRef']), namespace);
  if ('error' in role) {
    yield role;
    return;
  }
  const source = describe(binding, subject);
  for (const rule of role.rules) yield { rule, source };
}

function isSubject(subject: JsonObject, user: User, namespace: string): boolean {
  const name = textOf(subject['name']);
  switch (textOf(subject['kind'])) {
    case 'User':
      return name === user.name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount': {
      const own = textOf(subject['namespace']) || namespace;
      return own !== '' && user.name === `system:serviceaccount:${own}:${name}`;
    }
    default:
      return false;
  }
}

type FoundRole = { readonly rules: readonly PolicyRule[] } | { readonly error: string };

/** The rules that a roleRef of a namespace (empty for a ClusterRoleBinding) means. */
export function roleOf(store: Store, roleRef: JsonObject, namespace: string): FoundRole {
  const kind = textOf(roleRef['kind']);
  const name = textOf(roleRef['name']);
  const role =
    kind === 'Role'
      ? store.get(`${rbacGroup}/roles`, `${namespace}/${name}`)
      : store.get(`${rbacGroup}/clusterroles`, name);
  return role ? { rules: rulesOf(role) } : { error: `${kind.toLowerCase()}.${rbacGroup} "${name}" not found` };
}

/** The words in which the real server says which binding allowed a request. */
function describe(binding: KubeObject, subject: JsonObject): string {
  const roleRef = objectOf(binding['roleRef']);
  const namespace = namespaceOf(binding);
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const bindingName = namespace === '' ? nameOf(binding) : `${nameOf(binding)}/${namespace}`;
  const subjectKind = textOf(subject['kind']);
  const subjectName =
    subjectKind === 'ServiceAccount'
      ? `${textOf(subject['name'])}/${textOf(subject['namespace']) || namespace}`
      : textOf(subject['name']);
  return `${kind} "${bindingName}" of ${textOf(roleRef['kind'])} "${textOf(roleRef['name'])}" to ${subjectKind} "${subjectName}"`;
}
