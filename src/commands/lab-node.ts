import { Argument, Command } from 'commander';
import { PorticoError } from '../errors.ts';
import { failureOf } from '../kube/failure.ts';
import type { KubeTransport } from '../kube/transport.ts';
import { textOf } from '../kube/transport.ts';
import type { Terminal } from '../terminal.ts';
import { labCloud } from './lab-cloud.ts';
import { call } from './lab-manifests.ts';
import { labClient } from './lab-place.ts';

type Action = 'stop' | 'start' | 'drain';

/** `portico lab node`: what happens to machines, by a word. */
export const labNodeCommand = (terminal: Terminal): Command =>
  new Command('node')
    .description('Switch off a node of a lab that runs, switch it on again, or drain it.')
    .addArgument(new Argument('<ACTION>', 'what to do').choices(['stop', 'start', 'drain']))
    .argument('<NAME>', 'the node')
    .addHelpText(
      'after',
      `
It finds the lab by KUBECONFIG and what the printed gcloud.env exports. stop and start are those of the machine, as by
gcloud compute instances: its pods are gone at once, and the cluster finds out after 50 seconds. drain cordons the node and
evicts its pods, as kubectl drain does.

Other faults are annotations of Nodes. A zone that is cut off from the rest while its pods run on, a slow node, an end to both:

  kubectl annotate nodes -l topology.kubernetes.io/zone=us-central1-a lab.portico.dev/cut=true
  kubectl annotate node node-1 lab.portico.dev/delay-ms=200
  kubectl annotate nodes --all lab.portico.dev/cut- lab.portico.dev/delay-ms-
`,
    )
    .action(async (action: Action, name: string) => {
      const kube = await labClient(terminal);
      try {
        if (action === 'drain') await drain(kube, name, terminal);
        else await switchMachine(kube, action, name, terminal);
      } finally {
        await kube.close();
      }
    });

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly providerID?: string };
}
interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly spec: { readonly nodeName?: string };
  }[];
}

async function read<T>(kube: KubeTransport, path: string, signal: AbortSignal): Promise<T> {
  const request = { method: 'GET', path, query: {}, body: null, contentType: null, signal } as const;
  return JSON.parse(await call(kube, `read ${path}`, request)) as T;
}

/** The node of the name. Throws `not-found` with those there are. */
async function nodeNamed(kube: KubeTransport, name: string, signal: AbortSignal): Promise<NodeObject> {
  const { items } = await read<{ readonly items: readonly NodeObject[] }>(kube, '/api/v1/nodes', signal);
  const found = items.find(({ metadata }) => metadata.name === name);
  if (found) return found;
  const names = items.map(({ metadata }) => metadata.name);
  const some = names.slice(0, 10).join(', ') + (names.length > 10 ? ', …' : '');
  const there = names.length === 0 ? 'It has none: see `portico lab --nodes`.' : `It has ${some}.`;
  throw new PorticoError('not-found', `The lab has no node ${name}. ${there}`, { object: `node ${name}` });
}

async function switchMachine(
  kube: KubeTransport,
  action: 'stop' | 'start',
  name: string,
  { env, out, signal }: Terminal,
): Promise<void> {
  const cloud = labCloud(env, signal);
  const { spec } = await nodeNamed(kube, name, signal);
  const [, zone = '', machine = ''] = /^gce:\/\/[^/]+\/([^/]+)\/([^/]+)$/.exec(spec.providerID ?? '') ?? [];
  await cloud.change('POST', `zones/${zone}/instances/${machine}/${action}`);
  out(`node/${name} ${action === 'stop' ? 'stopped' : 'started'}\n`);
}

async function drain(kube: KubeTransport, name: string, { out, signal }: Terminal): Promise<void> {
  await nodeNamed(kube, name, signal);
  await call(kube, `cordon node ${name}`, {
    method: 'PATCH',
    path: `/api/v1/nodes/${name}`,
    query: {},
    body: JSON.stringify({ spec: { unschedulable: true } }),
    contentType: 'application/merge-patch+json',
    signal,
  });
  out(`node/${name} cordoned\n`);
  const { items } = await read<PodList>(kube, '/api/v1/pods', signal);
  for (const { metadata, spec } of items) {
    if (spec.nodeName !== name) continue;
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/eviction`;
    const body = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata });
    const request = { method: 'POST', path, query: {}, body, contentType: 'application/json', signal } as const;
    const answer = await kube.request(request);
    if (answer.status >= 300 && answer.status !== 404) throw await failureOf(answer, `evict pod ${metadata.name}`);
    await textOf(answer);
    out(`pod/${metadata.name} evicted\n`);
  }
}
