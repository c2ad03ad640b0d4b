import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, portico, type PorticoProcess, post, until } from './portico-process.ts';

interface Service {
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] } };
}

describe('two controllers of which one leads', () => {
  let folder: string;
  let kube: PorticoProcess;
  let gce: PorticoProcess;
  let kubeUrl = '';
  let gceUrl = '';
  let kubeconfig = '';
  const started: PorticoProcess[] = [];

  const controller = (): PorticoProcess => {
    const made = portico(
      'run',
      `--kubeconfig=${kubeconfig}`,
      '--provider=gce',
      '--cluster-id=leader',
      '--metrics-addr=off',
      '--lease-seconds=4',
      '--gce-project=portico',
      '--gce-region=us-central1',
      `--gce-api-endpoint=${gceUrl}`,
    );
    started.push(made);
    return made;
  };
  const services = (): string => `${kubeUrl}/api/v1/namespaces/default/services`;
  const ask = (name: string): Promise<unknown> =>
    post(services(), { metadata: { name }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });
  const address = (name: string): Promise<string> =>
    until(`an address of ${name}`, async () => {
      const { status } = await json<Service>(`${services()}/${name}`);
      return status.loadBalancer.ingress?.[0]?.ip;
    });
  const holder = async (): Promise<string> => {
    const lease = `${kubeUrl}/apis/coordination.k8s.io/v1/namespaces/default/leases/portico`;
    const { spec } = await json<{ spec: { holderIdentity: string } }>(lease);
    return spec.holderIdentity;
  };
  const said = ({ errors }: PorticoProcess, message: string): boolean => errors().includes(`"message":"${message}"`);
  const rules = async (): Promise<number> => {
    const { resources } = await json<{ resources: Record<string, unknown> }>(`${gceUrl}/_portico/state`);
    return Object.keys(resources).filter((key) => key.includes('/forwardingRules/')).length;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-leader-'));
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
    for (const each of started) each.kill('SIGKILL');
    for (const each of [kube, gce]) {
      each.kill('SIGTERM');
      await each.ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('the other goes on when the leader is killed, is stopped for a while, or ends', async () => {
    const a = controller();
    await until('a leads', async () => said(a, 'leading'));
    const b = controller();
    await until('b stands by', async () => said(b, 'standing by'));
    await ask('one');
    const one = await address('one');

    // Frozen, and brought back when another leads: it must notice before it does anything.
    const first = await holder();
    a.kill('SIGSTOP');
    await until('b leads', async () => said(b, 'leading'));
    await ask('two');
    const two = await address('two');
    a.kill('SIGCONT');
    await until('a knows', async () => said(a, 'leading no longer'));
    const second = await holder();
    expect(second).not.toBe(first);

    b.kill('SIGKILL');
    await until('a leads again', async () => (await holder()) === first);
    await ask('three');
    const three = await address('three');

    const c = controller();
    await until('c stands by', async () => said(c, 'standing by'));
    a.kill('SIGTERM');
    expect(await a.ended).toBe(0);
    await until('c leads', async () => said(c, 'leading'));
    await ask('four');
    const four = await address('four');
    expect(await Promise.all(['one', 'two', 'three', 'four'].map(address))).toEqual([one, two, three, four]);
    expect(await rules()).toBe(4);
    c.kill('SIGTERM');
    expect(await c.ended).toBe(0);
    expect(await holder()).toBe('');
  });
});
