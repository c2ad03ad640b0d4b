import { make } from '../../bootstrap.ts';
import type { Cluster } from '../../cluster.ts';
import { rbacGroup } from '../rbac/grants.ts';
import { systemBindings, systemRoles } from './system-roles.ts';
import { userRoles } from './user-roles.ts';

/**
 * The roles and bindings of a new cluster, but for those of the controllers of kube-controller-manager (`system:controller:…`),
 * which nothing here acts as. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
export function bootstrapPolicy(cluster: Cluster): void {
  for (const role of [...userRoles, ...systemRoles]) make(cluster, 'clusterroles', '', role, rbacGroup);
  for (const binding of systemBindings) make(cluster, 'clusterrolebindings', '', binding, rbacGroup);
}
