import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, portico, type PorticoProcess, post, until } from './portico-process.ts';

interface Service {
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] } };
}

describe('a controller that is killed in the middle of a create', () => {
  let folder: string;
  let kube: PorticoProcess;
  let gce: PorticoProcess;
  let kubeUrl = '';
  let gceUrl = '';
  let kubeconfig = '';

  const controller = (): PorticoProcess =>
    portico(
      'run',
      `--kubeconfig=${kubeconfig}`,
      '--provider=gce',
      '--cluster-id=crash',
      '--leader-election=off',
      '--metrics-addr=off',
      '--gce-project=portico',
      '--gce-region=us-central1',
      `--gce-api-endpoint=${gceUrl}`,
    );
  const resources = async (part: string): Promise<string[]> => {
    const state = await json<{ resources: Record<string, unknown> }>(`${gceUrl}/_portico/state`);
    return Object.keys(state.resources).filter((key) => key.includes(part));
  };
  const addresses = async (): Promise<string[]> => {
    const state = await json<{ resources: Record<string, { address?: string }> }>(`${gceUrl}/_portico/state`);
    return Object.values(state.resources).flatMap(({ address }) => address ?? []);
  };
  const services = (): string => `${kubeUrl}/api/v1/namespaces/default/services`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-crash-'));
    kube = portico('mock', 'kube', '--kubeconfig', join(folder, 'kubeconfig'), '-o', 'json');
    gce = portico('mock', 'gce', '--op-latency', '10', '-o', 'json');
    ({ url: kubeUrl = '', kubeconfig = '' } = await kube.ready);
    ({ url: gceUrl = '' } = await gce.ready);
    await post(`${gceUrl}/_portico/instances`, { name: 'node-1', zone: 'us-central1-a' });
    await post(`${kubeUrl}/api/v1/nodes`, {
      metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'us-central1-a' } },
      spec: { providerID: 'gce://portico/us-central1-a/node-1' },
    });
  });

  afterAll(async () => {
    for (const each of [kube, gce]) {
      each.kill('SIGTERM');
      await each.ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['addresses.insert', 'after'],
    ['regionBackendServices.insert', 'after'],
    ['forwardingRules.insert', 'before'],
    ['forwardingRules.insert', 'after'],
  ])('at %s, %s the work: same address, nothing doubled, nothing left after the deletion', async (method, when) => {
    await post(`${gceUrl}/_portico/calls/reset`, {});
    await post(`${gceUrl}/_portico/faults`, [{ match: { method }, effect: { type: 'stall', when } }]);
    const first = controller();
    await post(services(), { metadata: { name: 'web' }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });
    await until(`the call ${method}`, async () => {
      const { byMethod } = await json<{ byMethod: Record<string, number> }>(`${gceUrl}/_portico/calls`);
      return (byMethod[method] ?? 0) > 0;
    });
    const kind = method.split('.')[0]?.replace('region', '').toLowerCase() ?? '';
    await until('the work', async () => {
      const there = (await resources('web')).some((key) => key.toLowerCase().includes(`/${kind}/`));
      return there === (when === 'after');
    });
    const held = await addresses();
    first.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    await json(`${gceUrl}/_portico/faults`, { method: 'DELETE' });

    const second = controller();
    const ip = await until('the EXTERNAL-IP', async () => {
      const { status } = await json<Service>(`${services()}/web`);
      return status.loadBalancer.ingress?.[0]?.ip;
    });
    expect(await addresses()).toEqual([ip]);
    if (held.length > 0) expect(held).toEqual([ip]);
    expect((await resources('web')).map((key) => key.split('/').at(-2) ?? '').toSorted()).toEqual([
      'addresses',
      'backendServices',
      'firewalls',
      'forwardingRules',
      'healthChecks',
    ]);

    await json(`${services()}/web`, { method: 'DELETE' });
    await until('the Service to go', async () => (await fetch(`${services()}/web`)).status === 404);
    expect(await resources('web')).toEqual([]);
    second.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });
});
