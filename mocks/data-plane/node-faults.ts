import { at, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';

/** On a Node: no packet comes or goes, and the cluster hears nothing of it, while its pods run on. */
export const cutAnnotation = 'lab.portico.dev/cut';
/** On a Node: milliseconds by which each packet is later that passes it. */
export const delayAnnotation = 'lab.portico.dev/delay-ms';

const annotation = (node: KubeObject | undefined, key: string): string =>
  textOf(at(node, 'metadata', 'annotations', key));

export const isCut = (node: KubeObject | undefined): boolean => annotation(node, cutAnnotation) === 'true';

/** At most a minute. */
export function delayOf(node: KubeObject | undefined): number {
  const ms = Number(annotation(node, delayAnnotation));
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 60_000) : 0;
}
