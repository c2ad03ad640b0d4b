import type { Call } from '../cluster.ts';
import { goList } from '../go-text.ts';
import { type Json, objectOf, sameJson, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { nameOf, withMetadata } from '../metadata.ts';
import { ApiError, forbidden, notFound } from '../status.ts';
import type { ResourceAttributes } from './attributes.ts';
import { everything } from './authorizer.ts';
import { described, uncovered } from './rbac/covers.ts';
import { rbacGroup, roleOf } from './rbac/grants.ts';
import { type PolicyRule, rulesOf } from './rbac/policy-rule.ts';

/**
 * Nobody gives away what he does not hold.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */

/** A role may hold only what its writer holds, unless he may `escalate` it. */
export function authorizeRole(call: Call, role: KubeObject, old: KubeObject | undefined): void {
  const { kind, name, namespace } = call;
  if (isFree(call, role, old)) return;
  if (may(call, { verb: 'escalate', resource: kind.plural, version: '*', namespace, name })) return;
  refuseUncovered(call, role, rulesOf(role));
  if ((role['aggregationRule'] ?? null) === null) return;
  if (missing(call, everything).length > 0) {
    throw forbidden(kind, nameOf(role), 'must have cluster-admin privileges to use the aggregationRule');
  }
}

/** A binding may give only what its writer holds, unless he may `bind` the role. */
export function authorizeBinding(call: Call, binding: KubeObject, old: KubeObject | undefined): void {
  const { kind, namespace, cluster } = call;
  if (isFree(call, binding, old)) return;
  const roleRef = objectOf(binding['roleRef']);
  const roleKind = textOf(roleRef['kind']);
  const roleName = textOf(roleRef['name']);
  const plural = roleKind === 'Role' ? 'roles' : 'clusterroles';
  const own = roleRef['apiGroup'] === rbacGroup && (roleKind === 'Role' || roleKind === 'ClusterRole');
  if (own && may(call, { verb: 'bind', resource: plural, version: '', namespace, name: roleName })) return;
  if (!own) throw new ApiError(500, '', `unsupported role reference kind: ${JSON.stringify(roleKind)}`);
  const role = roleOf(cluster.store, roleRef, namespace);
  if ('error' in role) throw notFound({ ...kind, kind: roleKind, plural }, roleName);
  refuseUncovered(call, binding, role.rules);
}

/** Administrators write what they like, and what only lets an object go needs no rights. */
function isFree({ user, cluster }: Call, object: KubeObject, old: KubeObject | undefined): boolean {
  if (cluster.auth.authorizer.mode === 'AlwaysAllow' || user.groups.includes('system:masters')) return true;
  if (!old) return false;
  const rest = (each: KubeObject): Json =>
    withMetadata(each, { finalizers: undefined, ownerReferences: undefined, managedFields: undefined });
  return (
    sameJson(rest(object), rest(old)) &&
    !(
      sameJson(object.metadata['finalizers'], old.metadata['finalizers']) &&
      sameJson(object.metadata['ownerReferences'], old.metadata['ownerReferences'])
    )
  );
}

type Asked = Pick<ResourceAttributes, 'verb' | 'resource' | 'version' | 'namespace' | 'name'>;

function may({ user, cluster }: Call, asked: Asked): boolean {
  const attributes = { type: 'resource', group: rbacGroup, subresource: '', ...asked } as const;
  return cluster.auth.authorizer.authorize(user, attributes).allowed;
}

function missing({ user, cluster, namespace }: Call, rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return uncovered(cluster.auth.authorizer.rulesFor(user, namespace).rules, rules);
}

function refuseUncovered(call: Call, object: KubeObject, rules: readonly PolicyRule[]): void {
  const rest = missing(call, rules);
  if (rest.length === 0) return;
  const { user, kind, cluster, namespace } = call;
  const { errors } = cluster.auth.authorizer.rulesFor(user, namespace);
  const who = `user ${JSON.stringify(user.name)} (groups=${goList(user.groups)})`;
  const tail = errors.length === 0 ? '' : `; resolution errors: [${errors.join(', ')}]`;
  const why = `${who} is attempting to grant RBAC permissions not currently held:\n${described(rest).join('\n')}${tail}`;
  throw forbidden(kind, nameOf(object), why);
}
