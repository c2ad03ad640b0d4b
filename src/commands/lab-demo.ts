import { Command } from 'commander';
import { type Clock, systemClock } from '../clock.ts';
import type { KubeTransport } from '../kube/transport.ts';
import type { Terminal } from '../terminal.ts';
import { labCloud } from './lab-cloud.ts';
import { showDatagrams, showPolicies, showSourceRanges } from './lab-demo-balancer.ts';
import { inventory, showDeletion, showLostNode } from './lab-demo-loss.ts';
import { manifests, namespace } from './lab-demo-manifests.ts';
import { showNodePort, showRefusal } from './lab-demo-nodes.ts';
import { nodesOf, remove, type Stage } from './lab-demo-stage.ts';
import { applyManifest } from './lab-manifests.ts';
import { labClient } from './lab-place.ts';

/** `portico lab demo`: ways to expose a Service, shown with requests. */
export const labDemoCommand = (terminal: Terminal): Command =>
  new Command('demo')
    .description(
      'Expose Pods of a lab that runs in every way, send requests, and show who answered and what the Pods saw.',
    )
    .addHelpText(
      'after',
      `
It finds the lab by KUBECONFIG and what the printed gcloud.env exports, works in a namespace of its own, and takes it away at
the end. Node ports and the cloud's firewall, a balancer with its traffic policies and weights, source ranges, UDP, a request
that is refused, a node switched off under load, deletion. Less than a minute. The lab needs two nodes; with three it shows more.
`,
    )
    .action(async () => {
      const kube = await labClient(terminal);
      try {
        await demo(kube, systemClock, terminal);
      } finally {
        await kube.close();
      }
    });

async function demo(kube: KubeTransport, clock: Clock, { env, out, signal }: Terminal): Promise<void> {
  const cloud = labCloud(env, signal);
  const undoing = labCloud(env, new AbortController().signal);
  const nodes = await nodesOf({ kube, signal });
  const nodeByIp = new Map(nodes.map(({ name, internalIp }) => [internalIp, name]));
  const stage: Stage = { kube, cloud, undoing, clock, signal, out, nodes, nodeByIp };
  const before = await inventory(cloud);
  for (const manifest of manifests) await applyManifest(kube, manifest, signal);
  try {
    await showNodePort(stage);
    const ip = await showPolicies(stage);
    await showSourceRanges(stage, ip);
    await showDatagrams(stage);
    await showRefusal(stage);
    await showLostNode(stage, ip);
    await showDeletion(stage, ip, before);
  } finally {
    await remove(kube, `/api/v1/namespaces/${namespace}`, signal.aborted ? new AbortController().signal : signal);
  }
  out(`\nThe namespace ${namespace} is being taken away.\n`);
}
