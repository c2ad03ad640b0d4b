import type { Call } from '../cluster.ts';
import { isObject, objectOf, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { withMetadata } from '../metadata.ts';

const copied = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

/** A new pod that already has its node is labelled with the node's zone and region (admission PodTopologyLabels). */
export function admitPodToNode({ cluster, kind }: Call, pod: KubeObject): KubeObject {
  if (kind.group !== '' || kind.plural !== 'pods' || !isObject(pod['spec'])) return pod;
  const node = cluster.store.get('/nodes', textOf(pod['spec']['nodeName']));
  const labels = objectOf(node?.metadata['labels']);
  const found = copied.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]] as const]));
  if (found.length === 0) return pod;
  const all = { ...objectOf(pod.metadata['labels']), ...Object.fromEntries(found) };
  return withMetadata(pod, {
    labels: Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  });
}
