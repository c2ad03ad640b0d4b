import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GceComputeServer, startGceCompute } from '../../mocks/index.ts';
import { type KubeApiServer, startKubeApiServer } from '../../mocks/kube-apiserver/server.ts';
import { json, type PorticoProcess, portico, post, until } from './portico-process.ts';

const zone = 'us-central1-a';
const option = 'portico.dev/node-port-firewall';
let folder: string;
let kube: KubeApiServer;
let gce: GceComputeServer;
let controller: PorticoProcess;

interface Service {
  readonly metadata: { readonly finalizers?: readonly string[] };
  readonly status: { readonly conditions?: readonly { readonly reason: string; readonly message: string }[] };
}

const services = (): string => `${kube.url}/api/v1/namespaces/default/services`;
const merge = (name: string, patch: object): Promise<Service> =>
  json(`${services()}/${name}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify(patch),
  });
const rule = () => gce.cloud.view.firewalls().find(({ name }) => name.endsWith('nodes-ipv4'));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portico-ports-'));
  kube = await startKubeApiServer();
  gce = await startGceCompute();
  writeFileSync(join(folder, 'kubeconfig'), kube.kubeconfig());
  gce.cloud.addInstance({ name: 'n1', zone });
  await post(`${kube.url}/api/v1/nodes`, {
    metadata: { name: 'n1' },
    spec: { providerID: `gce://portico/${zone}/n1` },
  });
  controller = portico(
    'run',
    `--kubeconfig=${join(folder, 'kubeconfig')}`,
    '--provider=gce',
    '--cluster-id=ports',
    '--metrics-addr=off',
    '--gce-project=portico',
    '--gce-region=us-central1',
    `--gce-api-endpoint=${gce.url}`,
  );
});

afterAll(async () => {
  controller.kill('SIGTERM');
  await controller.ended;
  await gce.close();
  await kube.close();
  rmSync(folder, { recursive: true, force: true });
});

it('opens, follows and closes the nodePorts of a NodePort Service, and makes nothing else', async () => {
  await post(services(), {
    metadata: { name: 'kubia-nodeport', annotations: { [option]: 'true' } },
    spec: { type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort: 30_123 }] },
  });
  await until('the rule', async () => JSON.stringify(rule()?.allowed)?.includes('30123'));
  await merge('kubia-nodeport', { spec: { ports: [{ port: 80, targetPort: 8080, nodePort: 30_124 }] } });
  await until('the new port', async () => JSON.stringify(rule()?.allowed)?.includes('30124'));
  const open = await until('the condition', async () => {
    const { status } = await json<Service>(`${services()}/kubia-nodeport`);
    return status.conditions?.find(({ reason, message }) => reason === 'NodePortsOpen' && message.includes('30124'));
  });
  expect(open.message).toContain('tcp:30124');
  const { resources } = gce.cloud.snapshot() as { resources: Record<string, unknown> };
  expect(Object.keys(resources).filter((key) => key.includes('/portico-'))).toEqual([
    expect.stringMatching(/^global\/firewalls\/portico-ports-default-kubia-nodeport-\w+-nodes-ipv4$/),
  ]);
  await merge('kubia-nodeport', { metadata: { annotations: { [option]: null } } });
  await until('the rule to go', async () => rule() === undefined);
  await until('the finalizer to go', async () => {
    const { metadata } = await json<Service>(`${services()}/kubia-nodeport`);
    return metadata.finalizers === undefined;
  });
});

it('without rights tells the exact command in an Event', async () => {
  gce.cloud.setFaults([
    { match: { method: 'firewalls.insert' }, effect: { type: 'error', status: 403, reason: 'forbidden' } },
  ]);
  await post(services(), {
    metadata: { name: 'closed', annotations: { [option]: 'true' } },
    spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30_125 }] },
  });
  const events = `${kube.url}/api/v1/namespaces/default/events`;
  const message = await until('the Event', async () => {
    const { items } = await json<{ items: readonly { message: string }[] }>(events);
    return items.find((event) => event.message.includes('gcloud'))?.message;
  });
  expect(message).toMatch(
    /`gcloud compute firewall-rules create portico-ports-default-closed-\w+-nodes-ipv4 .*--allow tcp:30125 .*--project portico`/,
  );
});
