import { trackUpdate } from '../../apply/track.ts';
import { type Cluster, newUid, save } from '../../cluster.ts';
import { type JsonObject, listOf, objectOf } from '../../json.ts';
import type { Kind, KubeObject } from '../../kind.ts';
import { timestamp, withMetadata } from '../../metadata.ts';
import { rbacGroup } from '../rbac/grants.ts';
import { systemBindings, systemRoles } from './system-roles.ts';
import { userRoles } from './user-roles.ts';

const policy: readonly { readonly plural: string; readonly objects: readonly JsonObject[] }[] = [
  { plural: 'clusterroles', objects: [...userRoles, ...systemRoles] },
  { plural: 'clusterrolebindings', objects: systemBindings },
];

/**
 * The roles and bindings of a new cluster, but for those of the controllers of kube-controller-manager (`system:controller:…`),
 * which nothing here acts as. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
export function bootstrapPolicy(cluster: Cluster): void {
  const now = timestamp(cluster.clock.now());
  for (const { plural, objects } of policy) {
    const kind = cluster.resources.find(rbacGroup, 'v1', plural);
    if (!kind) continue;
    for (const object of prepared(kind, objects)) {
      const managedFields = listOf(object.metadata['managedFields']).map((entry) => ({
        ...objectOf(entry),
        time: now,
      }));
      save(cluster, kind, withMetadata(object, { uid: newUid(cluster), creationTimestamp: now, managedFields }));
    }
  }
}

/** Complete but for what differs between clusters; worked out once, because tests start clusters by the hundred. */
const known = new WeakMap<Kind, readonly KubeObject[]>();

function prepared(kind: Kind, objects: readonly JsonObject[]): readonly KubeObject[] {
  const before = known.get(kind);
  if (before) return before;
  const complete = objects.map((object) =>
    trackUpdate({
      kind,
      object: kind.strategy.defaults({
        ...object,
        kind: kind.kind,
        apiVersion: `${rbacGroup}/v1`,
        metadata: objectOf(object['metadata']),
      }),
      live: undefined,
      manager: 'kube-apiserver',
      subresource: '',
      now: '',
    }),
  );
  known.set(kind, complete);
  return complete;
}
