import type { Cluster } from '../kube-apiserver/cluster.ts';
import { clusterClient } from './client.ts';
import { runEndpointSliceMirroring } from './endpoint-slice-mirroring.ts';
import { runEndpointSlices } from './endpoint-slice.ts';
import { runEndpoints } from './endpoints.ts';
import { runGarbageCollector } from './garbage-collector.ts';
import { runNamespaceDeletion } from './namespace-deletion.ts';
import { runPodTermination } from './pod-termination.ts';
import { runNamespaceContents } from './namespace-contents.ts';
import { runNodeLifecycle } from './node-lifecycle.ts';

/**
 * Runs beside an API server, under its clock and until the signal aborts, what ends deletions: without it neither
 * namespaces nor running pods would ever go. With `all`, everything else of a kube-controller-manager too.
 */
export function runControllers(cluster: Cluster, all: boolean, signal: AbortSignal): void {
  const { clock } = cluster;
  const client = clusterClient(cluster, 'kube-controller-manager', signal);
  runNamespaceDeletion(client, clock, signal);
  runPodTermination(cluster, signal);
  if (!all) return;
  runNamespaceContents(client, clock, signal, '');
  runNodeLifecycle(client, clock, signal);
  runEndpoints(client, clock, signal);
  runEndpointSlices(client, clock, signal);
  runEndpointSliceMirroring(client, clock, signal);
  runGarbageCollector(client, clock, signal);
}
