import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApiServer, readyPods, startKubeApiServer } from '../../mocks/index.ts';
import { systemClock } from '../../src/clock.ts';
import { deployment, nodeNamed, service } from '../mocks/kube-controllers/cluster.ts';
import { program, until } from './portico-process.ts';

const installed = (await program('kubectl', ['version', '--client'])) !== undefined;
if (!installed) console.log('kubectl is not installed: Deployments are not tried with it');

describe.skipIf(!installed)('real kubectl on Deployments', () => {
  let server: KubeApiServer;
  let home: string;
  const kubectl = async (...args: string[]): Promise<string> =>
    (await program('kubectl', args, { KUBECONFIG: join(home, 'kubeconfig'), HOME: home })) ?? '';
  const apply = async (name: string, object: unknown): Promise<string> => {
    const file = join(home, `${name}.json`);
    await writeFile(file, JSON.stringify(object));
    return kubectl('apply', '-f', file);
  };
  const count = async (what: string): Promise<number> =>
    (await kubectl('get', what, '-l', 'app=kubia', '-o', 'name')).split('\n').filter(Boolean).length;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-e2e-'));
    server = await startKubeApiServer({ seed: 1, controllers: true, pods: readyPods({ clock: systemClock }) });
    await writeFile(join(home, 'kubeconfig'), server.kubeconfig());
    for (const index of [1, 2, 3]) {
      await apply(`node-${index}`, { apiVersion: 'v1', kind: 'Node', ...nodeNamed(index) });
    }
    // What kubectl applies does not reach the status of a node.
    for (const index of [1, 2, 3]) {
      const status = JSON.stringify({ status: nodeNamed(index).status });
      await kubectl('patch', 'node', `node-${index}`, '--subresource=status', '--type=merge', '-p', status);
    }
  });

  afterAll(async () => {
    await server.close();
    await rm(home, { recursive: true, force: true });
  });

  it('rolls out, scales, restarts, undoes and tells the history', async () => {
    expect(await apply('kubia', deployment(3))).toBe('deployment.apps/kubia created\n');
    expect(await kubectl('rollout', 'status', 'deploy/kubia', '--timeout=30s')).toContain(
      'deployment "kubia" successfully rolled out',
    );
    expect(await kubectl('get', 'deploy', 'kubia', '--no-headers')).toMatch(/^kubia\s+3\/3\s+3\s+3\s/);

    expect(await kubectl('scale', 'deploy/kubia', '--replicas=5')).toBe('deployment.apps/kubia scaled\n');
    await kubectl('rollout', 'status', 'deploy/kubia', '--timeout=30s');
    expect(await count('pods')).toBe(5);

    await kubectl('set', 'image', 'deploy/kubia', 'kubia=kubia:2');
    await kubectl('rollout', 'status', 'deploy/kubia', '--timeout=30s');
    await kubectl('rollout', 'restart', 'deploy/kubia');
    await kubectl('rollout', 'status', 'deploy/kubia', '--timeout=30s');
    expect(await kubectl('rollout', 'history', 'deploy/kubia')).toMatch(/^1\s.*\n2\s.*\n3\s/m);
    await kubectl('rollout', 'undo', 'deploy/kubia', '--to-revision=1');
    await kubectl('rollout', 'status', 'deploy/kubia', '--timeout=30s');
    const image = ['get', 'deploy', 'kubia', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'];
    expect(await kubectl(...image)).toBe('kubia:1');
    expect(await kubectl('rollout', 'history', 'deploy/kubia')).toMatch(/^2\s.*\n3\s.*\n4\s/m);
  });

  it('shows endpoints at the Service, pods on nodes, leases of nodes', async () => {
    await apply('service', { apiVersion: 'v1', kind: 'Service', ...service('kubia') });
    const described = await until('five endpoints', async () => {
      const text = await kubectl('describe', 'svc', 'kubia');
      return /Endpoints: +10\.244\.\d\.\d+:8080,10\.244\.\d\.\d+:8080,10\.244\.\d\.\d+:8080 \+ 2 more/.test(text)
        ? text
        : undefined;
    });
    expect(described).toContain('Selector:');
    const wide = await kubectl('get', 'pods', '-o', 'wide', '--no-headers');
    expect(wide.trim().split('\n')).toHaveLength(5);
    expect(wide).toMatch(/kubia-\w+-\w{5}\s+1\/1\s+Running\s+0\s+\S+\s+10\.244\.1\.\d+\s+node-1/);
    const node = await kubectl('describe', 'node', 'node-1');
    expect(node).toMatch(/HolderIdentity: +node-1/);
    expect(node).toMatch(/Non-terminated Pods:\s+\([12] in total\)/);
    expect(await kubectl('describe', 'deploy', 'kubia')).toMatch(/Scaled up replica set kubia-\w+ from 0 to 3/);
  });

  it('drains a node by evictions, and the pods come back elsewhere', async () => {
    await kubectl('drain', 'node-1', '--timeout=30s');
    expect(await kubectl('get', 'node', 'node-1', '--no-headers')).toContain('SchedulingDisabled');
    await kubectl('rollout', 'status', 'deploy/kubia', '--timeout=30s');
    const nodes = await kubectl('get', 'pods', '-l', 'app=kubia', '-o', 'jsonpath={.items[*].spec.nodeName}');
    expect(nodes.split(' ')).toHaveLength(5);
    expect(nodes).not.toContain('node-1');
    await kubectl('uncordon', 'node-1');
  });

  it('deletes orphaning or in the foreground', async () => {
    await kubectl('delete', 'deploy', 'kubia', '--cascade=orphan');
    expect([await count('rs'), await count('pods')]).toEqual([3, 5]);
    expect(await apply('kubia', deployment(5))).toBe('deployment.apps/kubia created\n');
    await kubectl('rollout', 'status', 'deploy/kubia', '--timeout=30s');
    expect(await count('pods')).toBe(5);
    await kubectl('delete', 'deploy', 'kubia', '--cascade=foreground', '--timeout=30s');
    expect([await count('rs'), await count('pods')]).toEqual([0, 0]);
  });
});
