import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/program.ts';
import { json, portico, type PorticoProcess, post, until } from './portico-process.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function plan(...args: string[]): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(['node', 'portico', 'plan', ...args], {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    env: {},
    interactive: false,
    signal: new AbortController().signal,
  });
  return { code, out: out.join(''), err: err.join('') };
}

interface ServiceList {
  readonly items: readonly { readonly status: { readonly loadBalancer: { readonly ingress?: unknown } } }[];
}

describe('portico plan', () => {
  let folder: string;
  let kube: PorticoProcess;
  let gce: PorticoProcess;
  let kubeUrl = '';
  let gceUrl = '';
  let where: string[] = [];
  const services = (namespace = 'default'): string => `${kubeUrl}/api/v1/namespaces/${namespace}/services`;
  const mutations = async (): Promise<string[]> => {
    const { byMethod } = await json<{ byMethod: Record<string, number> }>(`${gceUrl}/_portico/calls`);
    return Object.keys(byMethod).filter((method) => !/\.(list|listInstances|get|aggregatedList|wait)$/.test(method));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-plan-'));
    kube = portico('mock', 'kube', '--kubeconfig', join(folder, 'kubeconfig'), '-o', 'json');
    gce = portico('mock', 'gce', '--op-latency', '1', '-o', 'json');
    const { url = '', kubeconfig = '' } = await kube.ready;
    kubeUrl = url;
    ({ url: gceUrl = '' } = await gce.ready);
    where = [
      `--kubeconfig=${kubeconfig}`,
      '--provider=gce',
      '--cluster-id=plan',
      '--gce-project=portico',
      '--gce-region=us-central1',
      `--gce-api-endpoint=${gceUrl}`,
      '--gce-writes-per-second=1000',
      '--gce-reads-per-second=1000',
    ];
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

  it('before the controller runs it tells all that would be made, and makes nothing', async () => {
    await post(services(), { metadata: { name: 'web-0' }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });
    const { code, out, err } = await plan(...where);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(out).toMatch(/^cluster plan\n {2}\+ /);
    expect(out).toMatch(/Service default\/web-0\n {2}\+ address\/[^]*5 to create, 0 to update, 0 to delete/);
    expect(out).toContain('ports: ["80"]');
    expect(await mutations()).toEqual([]);
  });

  it('of Services that are served says that nothing would change, and writes nothing', async () => {
    for (let number = 1; number < 100; number += 1) {
      await post(services(), {
        metadata: { name: `web-${number}` },
        spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
      });
    }
    const controller = portico('run', ...where, '--metrics-addr=off');
    await until('all addresses', async () => {
      const { items } = await json<ServiceList>(services());
      return items.filter(({ status }) => status.loadBalancer.ingress !== undefined).length === 100;
    });
    controller.kill('SIGTERM');
    await controller.ended;
    await post(`${gceUrl}/_portico/calls/reset`, {});
    await post(`${kubeUrl}/_portico/calls/reset`, {});

    expect(await plan(...where)).toEqual({
      code: 0,
      out: 'No changes: 101 of 101 looked at are as they should be.\n',
      err: '',
    });
    expect(await mutations()).toEqual([]);
    const kubeCalls = await json<{ byMethod: Record<string, number> }>(`${kubeUrl}/_portico/calls`);
    expect(Object.keys(kubeCalls.byMethod).toSorted()).toEqual(['nodes.list', 'services.list']);
  });

  it('of one Service shows each field that differs, in every format', async () => {
    await json(`${services()}/web-7`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ spec: { loadBalancerSourceRanges: ['10.0.0.0/8'] } }),
    });
    const { code, out } = await plan(...where, 'default/web-7');
    expect(code).toBe(2);
    expect(out).toMatch(
      /^Service default\/web-7\n {2}~ firewall\/\S+ {2}differs\n {6}sources: \["0\.0\.0\.0\/0"\] → \["10\.0\.0\.0\/8"\]\n/,
    );

    const [only, ...more] = JSON.parse((await plan(...where, 'default/web-7', '-o', 'json')).out) as {
      steps: { op: string }[];
    }[];
    expect(more).toEqual([]);
    expect(only?.steps.map(({ op }) => op)).toEqual(['update']);
    expect((await plan(...where, 'web-7')).out).toBe(out);
    expect((await plan(...where, 'default/web-7', '-o', 'svg')).out).toMatch(/^<svg /);
    expect((await plan(...where, 'default/web-7', '-o', 'dot')).out).toMatch(/fillcolor=khaki/);
  });

  it.each([
    ['a Service that is not there', ['default/web-700'], /no Service default\/web-700; did you mean default\/web-/],
    [
      'a bare name, which is one of the namespace',
      ['web-700'],
      /no Service default\/web-700; did you mean default\/web-/,
    ],
    ['what cannot be a name', ['a/b/c'], /'a\/b\/c' names no Service: write NAMESPACE\/NAME/],
    ['names and manifests', ['default/web-7', '-f', 'x.yaml'], /not both/],
  ])('%s: a message that names the remedy, exit 1', async (_title, args, message) => {
    const { code, err } = await plan(...where, ...args);
    expect(err).toMatch(message);
    expect(code).toBe(1);
  });

  it('of manifests asks nobody', async () => {
    const file = join(folder, 'services.yaml');
    const service = (name: string, spec: object, annotations = {}): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name, annotations }, spec });
    const ports = [{ port: 80 }, { port: 53, protocol: 'UDP' }];
    await writeFile(
      file,
      [
        service('web', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports }),
        service('inside', { type: 'ClusterIP', ports }),
      ].join('\n---\n'),
    );
    const good = await plan('-f', file);
    expect({ code: good.code, err: good.err }).toEqual({ code: 2, err: '' });
    expect(good.out).toMatch(/Service default\/web\n {2}\+ /);
    expect(good.out).toContain('protocol: "L3_DEFAULT"');
    expect(good.out).toMatch(/Service default\/inside\n {2}not served: its type is ClusterIP/);

    await writeFile(file, service('web', { type: 'LoadBalancer', ports }, { 'portico.dev/shceme': 'internal' }));
    const bad = await plan('-f', file);
    expect(bad.code).toBe(1);
    expect(bad.out).toMatch(/did you mean portico\.dev\/scheme/);
  });
});
