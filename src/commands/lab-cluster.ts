import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../clock.ts';
import { resolveConfig } from '../config.ts';
import { PorticoError } from '../errors.ts';
import { kubeClient } from '../kube/client.ts';
import type { KubeTransport } from '../kube/transport.ts';
import { painter, type Terminal } from '../terminal.ts';
import { envOf } from '../settings.ts';
import { runWith } from '../wiring.ts';
import { untilStopped } from './arguments.ts';
import type { LabOptions } from './lab.ts';
import { emptyFolderGone, fileGone, removedAtEnd } from './leavings.ts';
import { applyManifest } from './lab-manifests.ts';
import { type Manifest, manifestFiles, readManifests } from './manifests.ts';
import { claimNetwork, type LabNetwork } from './lab-network.ts';
import { labNodes, registerNode } from './lab-nodes.ts';
import { type LabPackets, labPackets, packetsNote } from './lab-packets.ts';
import { settingsFile } from './lab-place.ts';
import { labView } from './lab-view.ts';
import { type GceServer, gcloudSettings, type KubeServer, serveGce, serveKube } from './mock-servers.ts';

const project = 'portico';
const region = 'us-central1';
const clusterId = 'lab';
const zones = ['a', 'b', 'c'].map((letter) => `${region}-${letter}`);

/** Runs the lab until the terminal's signal is aborted, then takes down all of it in the order that lets each part end. */
export async function runLab(options: LabOptions, terminal: Terminal): Promise<void> {
  const manifests = (await Promise.all((await manifestFiles(options.apply)).map(readManifests))).flat();
  const closers: (() => Promise<unknown>)[] = [];
  const work: Promise<void>[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([terminal.signal, stop.signal]);
  try {
    const folder = await stateFolder(options.stateDir === undefined ? undefined : resolve(options.stateDir), closers);
    const claimed = await claimNetwork(options.nodes);
    const network = typeof claimed === 'string' ? undefined : claimed;
    if (network) closers.push(() => Promise.resolve(network.release()));
    const packets = labPackets(network);
    const kube = await serveKube(
      { port: options.kubePort, file: join(folder, 'kubeconfig'), controllers: true, pods: packets.pods },
      '--kube-port',
    );
    closers.push(kube.close);
    const gce = await serveGce(
      { port: options.gcePort, project, region, zones, opLatency: options.opLatency, ...packets.addresses },
      '--gce-port',
    );
    closers.push(gce.close);
    const transport = kubeClient({ kubeconfig: kube.kubeconfig, clock: systemClock, userAgent: 'portico-lab' });
    closers.push(() => transport.close());
    const gcloudFile = join(folder, settingsFile);
    await writeFile(gcloudFile, gcloudSettings(gce.url, project) + porticoSettings(gce.url));
    closers.push(removedAtEnd(fileGone(gcloudFile)));

    await addNodes(options.nodes, transport, gce, network, signal);
    work.push(startController(kube, gce, { ...terminal, signal }));
    if (options.output === 'json') {
      terminal.out(
        `${JSON.stringify({ kubeUrl: kube.url, gceUrl: gce.url, kubeconfig: kube.kubeconfig, gcloudEnv: gcloudFile })}\n`,
      );
    } else {
      terminal.out(greeting(options, kube.kubeconfig, gcloudFile, packetsNote(claimed)));
      work.push(show(transport, gce, packets, terminal, signal));
    }
    closers.push(packets.carry(kube.server.api, gce.server.cloud));
    const applied = applyAll(manifests, transport, signal);
    await Promise.all([Promise.race([applied.then(() => untilStopped(signal)), ...work]), applied]);
    stop.abort();
    await Promise.all(work);
  } finally {
    stop.abort();
    await Promise.allSettled(work);
    for (const close of closers.toReversed()) await close();
  }
}

/** The given folder, made when it is not there and then removed at the end; or one of its own. */
async function stateFolder(given: string | undefined, closers: (() => Promise<unknown>)[]): Promise<string> {
  if (given === undefined) {
    const own = await mkdtemp(join(tmpdir(), 'portico-lab-'));
    closers.push(removedAtEnd(fileGone(own)));
    return own;
  }
  const made = await mkdir(given, { recursive: true }).catch((cause: Error) => {
    throw new PorticoError('invalid', `Cannot use --state-dir ${given}: ${cause.message}.`, { object: given, cause });
  });
  if (made !== undefined) closers.push(removedAtEnd(emptyFolderGone(given, made)));
  return given;
}

async function applyAll(manifests: readonly Manifest[], transport: KubeTransport, signal: AbortSignal): Promise<void> {
  for (const manifest of manifests) await applyManifest(transport, manifest, signal);
}

async function addNodes(
  count: number,
  transport: KubeTransport,
  { server }: GceServer,
  network: LabNetwork | undefined,
  signal: AbortSignal,
): Promise<void> {
  for (const node of labNodes(count, zones, network?.place ?? 0)) {
    server.cloud.addInstance({ name: node.name, zone: node.zone, networkIP: node.ip });
    await registerNode(transport, node, network?.plan.toWire(node.ip), project, signal);
  }
}

/** What `portico status`, `plan` and `gc` go by, as shell text. */
const porticoSettings = (gceUrl: string): string =>
  Object.entries({
    provider: 'gce',
    clusterId,
    gceProject: project,
    gceRegion: region,
    gceApiEndpoint: gceUrl,
  })
    .map(([name, value]) => `  export ${envOf(name)}=${value}\n`)
    .join('');

/** The controller as `portico run` has it, against the two stand-ins. */
const startController = (kube: KubeServer, gce: GceServer, terminal: Terminal): Promise<void> =>
  runWith(
    resolveConfig({
      flags: {
        kubeconfig: kube.kubeconfig,
        provider: 'gce',
        clusterId,
        gceProject: project,
        gceRegion: region,
        gceApiEndpoint: gce.url,
        metricsAddr: 'off',
        leaderElection: 'off',
        logLevel: 'error',
        logFormat: 'text',
      },
      env: {},
    }),
    terminal,
  );

async function show(
  transport: KubeTransport,
  { server }: GceServer,
  packets: LabPackets,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const view = labView(systemClock, terminal.out, painter(terminal));
  packets.onProblem((text) => view.problem(text));
  const off = server.cloud.onChange(() => {
    view.cloudChanged(madeResources(server));
  });
  await view.watchServices(transport, signal);
  off();
}

/** What was made since the lab began, by whomever: all but the machines and what every project has. */
const madeResources = ({ cloud }: GceServer['server']): string[] => {
  const { resources } = cloud.snapshot() as { readonly resources: Readonly<Record<string, unknown>> };
  return Object.keys(resources).filter((key) => !/(^|\/)(instances|networks|subnetworks)\//.test(key));
};

const greeting = ({ nodes, apply }: LabOptions, kubeconfig: string, gcloudFile: string, packets: string): string => `
Portico lab: a Kubernetes API server, the Compute API of Google Cloud, ${nodes} nodes and the controller, in one process.

  export KUBECONFIG=${kubeconfig}
  kubectl get services --watch
${apply.length === 0 ? '  kubectl apply -f service.yaml\n' : ''}
  source ${gcloudFile}
  gcloud compute forwarding-rules list

${packets}

Ctrl-C ends it and leaves nothing behind.

`;
