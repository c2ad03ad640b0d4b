import type { Call } from '../cluster.ts';
import type { KubeObject } from '../kind.ts';
import { isTerminating, nameOf } from '../metadata.ts';
import { ApiError, notFound, qualifiedPlural } from '../status.ts';

const namespaces = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces' };

/** Nothing is created in a namespace that does not exist (404) or is being deleted (403). */
export function admitToNamespace(call: Call, object: KubeObject): void {
  const { cluster, kind, namespace } = call;
  if (!kind.namespaced) return;
  const found = cluster.store.get('/namespaces', namespace);
  if (!found) throw notFound(namespaces, namespace);
  if (!isTerminating(found)) return;
  const name = nameOf(object);
  const because = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw new ApiError(403, 'Forbidden', `${qualifiedPlural(kind)} "${name}" is forbidden: ${because}`, {
    name,
    group: kind.group,
    kind: kind.plural,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}
