import { Command } from 'commander';
import { type Clock, systemClock } from '../clock.ts';
import { PorticoError } from '../errors.ts';
import { kubeClient } from '../kube/client.ts';
import type { KubeTransport } from '../kube/transport.ts';
import { table, type Terminal } from '../terminal.ts';
import { askMany, demoClient, type Heard, sharesOf } from './lab-demo-traffic.ts';
import { applyManifest, call } from './lab-manifests.ts';

/** `portico lab demo`: what traffic policies and weights do, shown with requests. */
export const labDemoCommand = (terminal: Terminal): Command =>
  new Command('demo')
    .description('Send requests through a balancer of a lab that runs, and show who answered and what the pods saw.')
    .addHelpText(
      'after',
      `
It finds the lab by KUBECONFIG, works in a namespace of its own, and takes it away at the end. The lab needs two nodes.
`,
    )
    .action(async () => {
      const kube = kubeClient({ clock: systemClock, userAgent: 'portico-lab' });
      try {
        await demo(kube, systemClock, terminal);
      } finally {
        await kube.close();
      }
    });

const namespace = 'portico-demo';
const requests = 300;
/** By so many it is seen whether a change has come through. */
const sample = 200;
const serviceName = 'kubia';
const servicePath = `/api/v1/namespaces/${namespace}/services/${serviceName}`;

async function demo(kube: KubeTransport, clock: Clock, terminal: Terminal): Promise<void> {
  const { out, signal } = terminal;
  for (const manifest of manifests) await applyManifest(kube, manifest, signal);
  try {
    const ip = await until('an EXTERNAL-IP', clock, signal, async () => ipOf(await read(kube, servicePath, signal)));
    out(`Three pods on two nodes, behind ${ip}. ${requests} requests each time, from ${demoClient}.\n`);

    const show = async (title: string, ready: (answers: readonly Heard[]) => boolean): Promise<void> => {
      await until(title, clock, signal, async () => {
        const answers = (await askMany(ip, sample, signal)).filter((answer) => answer !== undefined);
        return answers.length === sample && ready(answers);
      });
      out(`\n${title}\n\n${sharesTable(await askMany(ip, requests, signal))}`);
    };
    const sawClient = (answers: readonly Heard[]): boolean => answers.every(({ client }) => client === demoClient);

    await show('externalTrafficPolicy: Cluster. Any node hands on to any pod, which sees the node.', allPods);
    await patch(kube, { spec: { externalTrafficPolicy: 'Local' } }, signal);
    await show(
      'externalTrafficPolicy: Local. Nodes hand on to their own pods, which see the client; as much to each node.',
      (answers) => sawClient(answers) && allPods(answers),
    );
    await patch(kube, { metadata: { annotations: { 'portico.dev/weights': 'pods-per-node' } } }, signal);
    await show(
      'portico.dev/weights: pods-per-node. As much to each pod.',
      (answers) => sawClient(answers) && allPods(answers) && evenly(answers),
    );
  } finally {
    await remove(kube, terminal.signal.aborted ? new AbortController().signal : signal);
  }
  out(`\nThe namespace ${namespace} is being taken away, and with it all that the cloud had for it.\n`);
}

const allPods = (answers: readonly Heard[]): boolean => new Set(answers.map(({ pod }) => pod)).size === 3;
/** No pod has as much as the lonely one has without weights: with the sample's size, in 1 of 100 cases by chance. */
const evenly = (answers: readonly Heard[]): boolean => sharesOf(answers).every(({ percent }) => percent <= 41.5);

function sharesTable(answers: readonly (Heard | undefined)[]): string {
  const lost = answers.filter((answer) => answer === undefined).length;
  const rows = sharesOf(answers).map(({ pod, node, percent, clients }) => [
    node,
    pod,
    `${percent.toFixed(0)} %`,
    clients.join(', '),
  ]);
  return table(['NODE', 'POD', 'ANSWERS', 'SAW'], rows) + (lost === 0 ? '' : `${lost} requests had no answer.\n`);
}

const everyMs = 250;
const longestMs = 60_000;

/** Looks again until the check gives something. */
async function until<T>(
  what: string,
  clock: Clock,
  signal: AbortSignal,
  check: () => Promise<T | undefined | false>,
): Promise<T> {
  const end = clock.monotonic() + longestMs;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (clock.monotonic() > end) {
      const text = `The lab did not come to this within a minute: ${what} Look at what it prints, or start it anew.`;
      throw new PorticoError('transient', text, { object: `Service ${namespace}/${serviceName}` });
    }
    await clock.sleep(everyMs, signal);
  }
}

interface ServiceObject {
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip?: string }[] } };
}
const ipOf = ({ status }: ServiceObject): string | undefined => status.loadBalancer.ingress?.[0]?.ip;

async function read(kube: KubeTransport, path: string, signal: AbortSignal): Promise<ServiceObject> {
  const request = { method: 'GET', path, query: {}, body: null, contentType: null, signal } as const;
  return JSON.parse(await call(kube, `read ${path}`, request)) as ServiceObject;
}

async function patch(kube: KubeTransport, change: object, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify(change);
  const request = { method: 'PATCH', path: servicePath, query: {}, body, signal } as const;
  await call(kube, 'change the Service', { ...request, contentType: 'application/merge-patch+json' });
}

async function remove(kube: KubeTransport, signal: AbortSignal): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  const request = { method: 'DELETE', path, query: {}, body: null, contentType: null, signal } as const;
  await call(kube, `delete namespace ${namespace}`, request);
}

const labels = { app: serviceName };
const metadata = { name: serviceName, namespace };
const onTwoNodes = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1', 'node-2'] }] },
      ],
    },
  },
};
const manifests = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          affinity: onTwoNodes,
          containers: [{ name: serviceName, image: 'luksa/kubia', ports: [{ containerPort: 8080 }] }],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { type: 'LoadBalancer', selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  },
] as const;
