import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGceCompute, startKubeApiServer } from '../../../mocks/index.ts';
import { kubeconfig } from '../../../mocks/kube-apiserver/kubeconfig.ts';
import { type CloudMirror, mirrorOf } from '../../simulation/cloud-mirror.ts';
import { markOf } from '../../simulation/mark.ts';
import { isHeldFor } from '../../simulation/rules/holding.ts';
import { type ServiceLedger, hasFinalizer, serviceLedger } from '../../simulation/service-ledger.ts';
import { json, porticoIn, type PorticoProcess, post } from '../portico-process.ts';
import { type Recorder, recorder } from './recorder.ts';
import { tap } from './tap.ts';

/** A cluster and a cloud of its own, and the one process of the controller that works on them through taps. */
export interface Lane {
  readonly recorder: Recorder;
  readonly services: ServiceLedger;
  readonly mirror: CloudMirror;
  /** Promises that were broken since the lane began; empty but for defects. */
  readonly broken: readonly string[];
  /** Watches over an IP until `release`: it must be held for the Service at every moment. */
  hold(uid: string, ip: string): void;
  release(): void;
  create(name: string, spec: object, annotations: object): Promise<void>;
  edit(name: string, patch: object): Promise<void>;
  remove(name: string): Promise<void>;
  addNode(name: string, zone: string): Promise<void>;
  removeNode(name: string): Promise<void>;
  start(): void;
  /** Kills the process, and gives how it ended. */
  kill(): Promise<number | string>;
  errors(): string;
  close(): Promise<void>;
}

const project = 'portico';
/** Long enough that operations overlap, as real ones do. */
const operationLatencyMs = 5;

export async function openLane(folderOfCode: string): Promise<Lane> {
  const kube = await startKubeApiServer({ seed: 1 });
  const gce = await startGceCompute({ project, operationLatencyMs });
  gce.cloud.addInstance({ name: 'node-1', zone: 'us-central1-a' });
  gce.cloud.addInstance({ name: 'node-2', zone: 'us-central1-b' });
  const watcher = recorder();
  const kubeTap = await tap(kube.url, watcher.gate);
  const gceTap = await tap(gce.url, watcher.gate);
  const folder = await mkdtemp(join(tmpdir(), 'portico-crash-'));
  const file = join(folder, 'kubeconfig');
  await writeFile(file, kubeconfig({ url: kubeTap.url }));

  const clock = () => performance.now();
  const mirror = mirrorOf(gce.cloud, clock);
  const services = serviceLedger(new Map([['crash', kube.api]]), clock);
  const broken: string[] = [];
  let held: { readonly uid: string; readonly ip: string } | undefined;
  services.onChange(({ uid, key, latest, gone }) => {
    if (!gone && hasFinalizer(latest)) return;
    for (const [resource, body] of mirror.resources) {
      if (markOf(body)?.uid === uid) broken.push(`${key} has no finalizer, but ${resource}`);
    }
  });
  mirror.onChange((key) => {
    if (held && !isHeldFor({ mirror, cloud: gce.cloud }, held.ip, held.uid)) {
      broken.push(`${held.ip} is free: ${key} changed`);
      held = undefined;
    }
  });

  let process: PorticoProcess | undefined;
  const kill = async (): Promise<number | string> => {
    process?.kill('SIGKILL');
    return process?.ended ?? 'never began';
  };
  const path = `${kube.url}/api/v1/namespaces/default/services`;
  const patch = { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } };
  return {
    recorder: watcher,
    services,
    mirror,
    broken,
    hold: (uid, ip) => {
      held = { uid, ip };
    },
    release: () => {
      held = undefined;
    },
    create: async (name, spec, annotations) => {
      await post(path, { metadata: { name, annotations }, spec: { type: 'LoadBalancer', ...spec } });
    },
    edit: async (name, change) => {
      await json(`${path}/${name}`, { ...patch, body: JSON.stringify(change) });
    },
    remove: async (name) => {
      await json(`${path}/${name}`, { method: 'DELETE' });
    },
    addNode: async (name, zone) => {
      await post(`${kube.url}/api/v1/nodes`, {
        metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
        spec: { providerID: `gce://${project}/${zone}/${name}` },
      });
    },
    removeNode: async (name) => {
      await json(`${kube.url}/api/v1/nodes/${name}`, { method: 'DELETE' });
    },
    start: () => {
      process = porticoIn(
        { NODE_COMPILE_CACHE: folderOfCode },
        'run',
        `--kubeconfig=${file}`,
        '--provider=gce',
        '--cluster-id=crash',
        '--leader-election=off',
        '--metrics-addr=off',
        `--gce-project=${project}`,
        '--gce-region=us-central1',
        `--gce-api-endpoint=${gceTap.url}`,
      );
      process.ready.catch(() => undefined);
    },
    kill,
    errors: () => process?.errors() ?? '',
    close: async () => {
      await kill();
      await Promise.all([kubeTap, gceTap, kube, gce].map((each) => each.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
