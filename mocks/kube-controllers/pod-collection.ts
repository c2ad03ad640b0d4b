import type { Clock } from '../../src/clock.ts';
import { at, objectOf, textOf } from '../kube-apiserver/json.ts';
import { withCondition } from '../kube-apiserver/kinds/subresources/binding.ts';
import { nameOf, namespaceOf, timestamp } from '../kube-apiserver/metadata.ts';
import type { ClusterClient } from './client.ts';
import { workQueue } from './work-queue.ts';

/** A node may come back within this time. */
const quarantineMs = 40_000;

/** Pods of nodes that are gone, and stay gone, are taken away: nobody is left who could stop them. */
export function runPodCollection(client: ClusterClient, clock: Clock, signal: AbortSignal): void {
  const queue = workQueue(clock, signal, quarantineMs, (node) => {
    if (client.get('/nodes', '', node)) return;
    for (const pod of client.list('/pods')) {
      if (at(pod, 'spec', 'nodeName') !== node) continue;
      const phase = textOf(at(pod, 'status', 'phase'));
      if (phase !== 'Succeeded' && phase !== 'Failed') {
        const lost = withCondition(pod, {
          type: 'DisruptionTarget',
          status: 'True',
          lastProbeTime: null,
          lastTransitionTime: timestamp(clock.now()),
          reason: 'DeletionByPodGC',
          message: 'PodGC: node no longer exists',
        });
        client.update('/pods', { ...lost, status: { ...objectOf(lost['status']), phase: 'Failed' } }, 'status');
      }
      const now = client.get('/pods', namespaceOf(pod), nameOf(pod));
      if (now) client.delete('/pods', now, { graceSeconds: 0 });
    }
  });
  client.watch('/nodes', ({ key, object }) => {
    if (!object) queue.add(key);
  });
  client.watch('/pods', ({ object }) => {
    const node = textOf(at(object, 'spec', 'nodeName'));
    if (node !== '' && !client.get('/nodes', '', node)) queue.add(node);
  });
}
