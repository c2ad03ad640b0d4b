import type { Cluster } from '../kube-apiserver/cluster.ts';
import { clusterClient } from './client.ts';
import { runDeployments } from './deployment/deployment.ts';
import { runKubelets } from './kubelet.ts';
import { runPodCollection } from './pod-collection.ts';
import type { PodRuntime } from './pod-runtime.ts';
import { runReplicaSets } from './replica-set.ts';
import { runScheduler } from './scheduler.ts';
import { runTaintEviction } from './taint-eviction.ts';
import { runEndpointSliceMirroring } from './endpoint-slice-mirroring.ts';
import { runEndpointSlices } from './endpoint-slice.ts';
import { runEndpoints } from './endpoints.ts';
import { runGarbageCollector } from './garbage-collector.ts';
import { runNamespaceDeletion } from './namespace-deletion.ts';
import { runPodTermination } from './pod-termination.ts';
import { runNamespaceContents } from './namespace-contents.ts';
import { runNodeLifecycle } from './node-lifecycle.ts';

export interface ControllersOptions {
  /** Everything of a kube-controller-manager, not only what ends deletions. */
  readonly all: boolean;
  /** Runs the pods that a scheduler places on the nodes; without it neither scheduler nor kubelets are there. */
  readonly runtime: PodRuntime | undefined;
}

/**
 * Runs the other components of a cluster beside its API server, under its clock and until the signal aborts. What ends
 * deletions always runs: without it neither namespaces nor running pods would ever go.
 */
export function runControllers(cluster: Cluster, { all, runtime }: ControllersOptions, signal: AbortSignal): void {
  const { clock } = cluster;
  const client = clusterClient(cluster, 'kube-controller-manager', signal);
  runNamespaceDeletion(client, clock, signal);
  if (runtime) {
    runScheduler(clusterClient(cluster, 'kube-scheduler', signal), clock, signal);
    runKubelets(clusterClient(cluster, 'kubelet', signal), runtime, clock, signal);
  } else runPodTermination(cluster, signal);
  if (!all) return;
  runNamespaceContents(client, clock, signal, '');
  runNodeLifecycle(client, clock, signal, runtime !== undefined);
  runTaintEviction(client, clock, signal);
  runPodCollection(client, clock, signal);
  runEndpoints(client, clock, signal);
  runEndpointSlices(client, clock, signal);
  runEndpointSliceMirroring(client, clock, signal);
  runReplicaSets(client, clock, signal);
  runDeployments(client, clock, signal);
  runGarbageCollector(client, clock, signal);
}
