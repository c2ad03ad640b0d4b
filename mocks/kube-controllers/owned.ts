import { isObject, type JsonObject, listOf, objectOf, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { isTerminating, nameOf, namespaceOf, ownersOf, uidOf, withMetadata } from '../kube-apiserver/metadata.ts';
import type { ClusterClient, Resource } from './client.ts';
import { ownerOf } from './endpoint-slice.ts';

/** Whether a selector of the apps group chooses an object with these labels. An empty one chooses none. */
export function selectorMatches(selector: JsonObject, labels: JsonObject): boolean {
  const wanted = Object.entries(objectOf(selector['matchLabels']));
  const expressions = listOf(selector['matchExpressions']).filter(isObject);
  return (
    wanted.length + expressions.length > 0 &&
    wanted.every(([key, value]) => labels[key] === value) &&
    expressions.every((expression) => expressionHolds(expression, labels))
  );
}

export function expressionHolds({ key, operator, values }: JsonObject, labels: JsonObject): boolean {
  const value = labels[textOf(key)];
  const listed = value !== undefined && listOf(values).includes(value);
  switch (textOf(operator)) {
    case 'In':
      return listed;
    case 'NotIn':
      return !listed;
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(listOf(values)[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(listOf(values)[0]);
    default:
      return false;
  }
}

/** The uid of the one owner that manages the object. */
export function controllerOf(object: KubeObject | undefined): string | undefined {
  return object && ownersOf(object).find(({ json }) => json['controller'] === true)?.uid;
}

/**
 * What belongs to the owner: what it made, and what its selector chooses and nobody manages, which it adopts. What its
 * selector no longer chooses it lets go.
 */
export function claim(
  client: ClusterClient,
  resource: Resource,
  owner: KubeObject,
  selector: JsonObject,
): readonly KubeObject[] {
  const apiVersion = owner.apiVersion;
  return client.list(resource, namespaceOf(owner)).flatMap((object) => {
    const controller = controllerOf(object);
    const fits = selectorMatches(selector, objectOf(object.metadata['labels']));
    if (controller === uidOf(owner)) {
      if (fits || isTerminating(owner)) return fits ? [object] : [];
      const others = ownersOf(object).filter(({ uid }) => uid !== uidOf(owner));
      const ownerReferences = others.length > 0 ? others.map(({ json }) => json) : undefined;
      client.update(resource, withMetadata(object, { ownerReferences }));
      return [];
    }
    if (controller !== undefined || !fits || isTerminating(owner) || isTerminating(object)) return [];
    const references = [...ownersOf(object).map(({ json }) => json), ownerOf(apiVersion, owner.kind, owner)];
    return [client.update(resource, withMetadata(object, { ownerReferences: references }))];
  });
}

/** Adds the keys of the owners that a change of a dependent concerns: its own, or those that could adopt it. */
export function ownersToLookAt(
  client: ClusterClient,
  owners: Resource,
  object: KubeObject | undefined,
  previous: KubeObject | undefined,
): readonly string[] {
  const either = object ?? previous;
  if (!either) return [];
  const uids = [controllerOf(object), controllerOf(previous)];
  const orphan = object && controllerOf(object) === undefined ? objectOf(object.metadata['labels']) : undefined;
  return client
    .list(owners, namespaceOf(either))
    .filter(
      (owner) =>
        uids.includes(uidOf(owner)) ||
        (orphan && selectorMatches(objectOf(objectOf(owner['spec'])['selector']), orphan)),
    )
    .map((owner) => `${namespaceOf(owner)}/${nameOf(owner)}`);
}
