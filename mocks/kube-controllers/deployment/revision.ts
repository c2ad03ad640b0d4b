import { at, type JsonObject, objectOf, sameJson, textOf } from '../../kube-apiserver/json.ts';
import type { KubeObject } from '../../kube-apiserver/kind.ts';
import { nameOf, namespaceOf, withMetadata } from '../../kube-apiserver/metadata.ts';
import { ownerOf } from '../endpoint-slice.ts';
import { numberOf } from '../replica-set.ts';

export const hashLabel = 'pod-template-hash';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';
/** Annotations of a Deployment that its ReplicaSets do not get. */
const own: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
];

/** ReplicaSets from oldest to newest; of those made in one second, by name. */
export function byAge(sets: readonly KubeObject[]): readonly KubeObject[] {
  const key = (set: KubeObject): string => `${textOf(set.metadata['creationTimestamp'])} ${nameOf(set)}`;
  return sets.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The ReplicaSet whose pods are those the Deployment wants now. */
export function newSetOf(deployment: KubeObject, sets: readonly KubeObject[]): KubeObject | undefined {
  const wanted = at(deployment, 'spec', 'template');
  return byAge(sets).find((set) => sameJson(withoutHash(objectOf(at(set, 'spec', 'template'))), wanted));
}

function withoutHash(template: JsonObject): JsonObject {
  const metadata = objectOf(template['metadata']);
  const { [hashLabel]: _hash, ...labels } = objectOf(metadata['labels']);
  return { ...template, metadata: { ...metadata, labels } };
}

export function revisionOf(set: KubeObject): number {
  return Number(objectOf(set.metadata['annotations'])[revisionAnnotation] ?? 0);
}

const letters = 'bcdfghjklmnpqrstvwxz2456789';

/** The name of a template's pods: the same for the same template, another after each collision. */
export function templateHash(template: JsonObject, collisions: number): string {
  const text = `${JSON.stringify(template)}${collisions > 0 ? collisions : ''}`;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Array.from(String(hash), (digit) => letters.charAt(digit.charCodeAt(0) % letters.length)).join('');
}

/** A ReplicaSet for the template that the Deployment wants now. */
export function freshSet(
  deployment: KubeObject,
  replicas: number,
  maxReplicas: number,
  revision: number,
): JsonObject & { readonly metadata: JsonObject } {
  const template = objectOf(at(deployment, 'spec', 'template'));
  const hash = templateHash(template, numberOf(at(deployment, 'status', 'collisionCount')));
  const metadata = objectOf(template['metadata']);
  const labels = { ...objectOf(metadata['labels']), [hashLabel]: hash };
  const selector = objectOf(at(deployment, 'spec', 'selector'));
  const minReadySeconds = at(deployment, 'spec', 'minReadySeconds');
  return {
    metadata: {
      name: `${nameOf(deployment)}-${hash}`,
      namespace: namespaceOf(deployment),
      labels,
      annotations: {
        ...inherited(deployment),
        [revisionAnnotation]: String(revision),
        ...sizeAnnotations(deployment, maxReplicas),
      },
      ownerReferences: [ownerOf('apps/v1', 'Deployment', deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...objectOf(selector['matchLabels']), [hashLabel]: hash } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}

function inherited(deployment: KubeObject): JsonObject {
  const annotations = Object.entries(objectOf(deployment.metadata['annotations']));
  return Object.fromEntries(annotations.filter(([key]) => !own.includes(key)));
}

export function sizeAnnotations(deployment: KubeObject, maxReplicas: number): JsonObject {
  return {
    [desiredAnnotation]: String(numberOf(at(deployment, 'spec', 'replicas'))),
    [maxAnnotation]: String(maxReplicas),
  };
}

/** How many replicas the Deployment wanted, and could have had at most, when the set was last scaled. */
export function sizesOf(set: KubeObject): { readonly desired: number | undefined; readonly max: number | undefined } {
  const annotations = objectOf(set.metadata['annotations']);
  const read = (key: string): number | undefined =>
    annotations[key] === undefined ? undefined : Number(annotations[key]);
  return { desired: read(desiredAnnotation), max: read(maxAnnotation) };
}

/** The present ReplicaSet under the newest revision; its earlier ones go into its history. */
export function asRevision(deployment: KubeObject, set: KubeObject, revision: number): KubeObject {
  const before = objectOf(set.metadata['annotations']);
  const old = revisionOf(set);
  const history = textOf(before[historyAnnotation]);
  const risen =
    old < revision
      ? {
          [revisionAnnotation]: String(revision),
          ...(old > 0 ? { [historyAnnotation]: history === '' ? String(old) : `${history},${old}` } : {}),
        }
      : {};
  const annotations = { ...before, ...inherited(deployment), ...risen };
  return sameJson(annotations, before) ? set : withMetadata(set, { annotations });
}
