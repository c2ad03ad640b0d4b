import type { KubeObject } from '../kube-apiserver/kind.ts';
import { nameOf, namespaceOf } from '../kube-apiserver/metadata.ts';
import type { ClusterClient, Resource } from './client.ts';

/** The objects of a resource by a key that each of them names, or does not; kept up to date. */
export function objectIndex(
  client: ClusterClient,
  resource: Resource,
  keyOf: (object: KubeObject) => string | undefined,
): (key: string) => readonly KubeObject[] {
  const byKey = new Map<string, Map<string, KubeObject>>();
  const place = (id: string, object: KubeObject): void => {
    const key = keyOf(object);
    if (key === undefined) return;
    const objects = byKey.get(key) ?? new Map<string, KubeObject>();
    byKey.set(key, objects.set(id, object));
  };
  const take = (id: string, object: KubeObject): void => {
    const key = keyOf(object);
    const objects = key === undefined ? undefined : byKey.get(key);
    objects?.delete(id);
    if (key !== undefined && objects?.size === 0) byKey.delete(key);
  };
  for (const object of client.list(resource)) place(`${namespaceOf(object)}/${nameOf(object)}`, object);
  client.watch(resource, ({ key, object, previous }) => {
    if (previous) take(key, previous);
    if (object) place(key, object);
  });
  return (key) => [...(byKey.get(key)?.values() ?? [])];
}
