import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GceComputeServer, type KubeApiServer, startGceCompute, startKubeApiServer } from '../../mocks/index.ts';
import { follow } from '../../src/commands/status.ts';
import { runProgram } from '../../src/program.ts';
import { json, post, until } from '../e2e/portico-process.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Services {
  readonly items: readonly { readonly status: { readonly conditions?: readonly unknown[] } }[];
}

describe('portico status', () => {
  let folder: string;
  let kube: KubeApiServer;
  let gce: GceComputeServer;
  let controller: Promise<Ended>;
  const stop = new AbortController();

  const portico = async (signal: AbortSignal, command: string, ...args: string[]): Promise<Ended> => {
    const out: string[] = [];
    const err: string[] = [];
    const where = [
      `--kubeconfig=${join(folder, 'kubeconfig')}`,
      '--provider=gce',
      '--cluster-id=mine',
      '--gce-project=portico',
      '--gce-region=us-central1',
      `--gce-api-endpoint=${gce.url}`,
    ];
    const code = await runProgram(['node', 'portico', command, ...where, ...args], {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      env: {},
      interactive: false,
      signal,
    });
    return { code, out: out.join(''), err: err.join('') };
  };
  const status = (...args: string[]): Promise<Ended> => portico(new AbortController().signal, 'status', ...args);
  const services = (): string => `${kube.url}/api/v1/namespaces/default/services`;
  const make = (name: string, annotations = {}): Promise<unknown> =>
    post(services(), { metadata: { name, annotations }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-status-'));
    kube = await startKubeApiServer();
    gce = await startGceCompute({ operationLatencyMs: 0 });
    await writeFile(join(folder, 'kubeconfig'), kube.kubeconfig());
  });
  afterAll(async () => {
    stop.abort();
    await controller;
    await kube.close();
    await gce.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('says so when there are none, and when no controller has looked', async () => {
    expect(await status()).toEqual({ code: 0, out: 'No Services of type LoadBalancer.\n', err: '' });
    await make('web');
    expect((await status()).out).toMatch(
      /^SERVICE {6}ADDRESS {2}STATE {4}SINCE {2}NODES {2}CHANGED {2}WHY\ndefault\/web {2}<none> {3}Pending {9}0\/0 {4}- {8}No controller has looked/,
    );
  });

  it('shows address, state, why, since when, and how many nodes are well', async () => {
    for (const name of ['n1', 'n2', 'n3']) {
      await post(`${gce.url}/_portico/instances`, { name, zone: 'us-central1-a' });
      await post(`${kube.url}/api/v1/nodes`, {
        metadata: { name, labels: { 'topology.kubernetes.io/zone': 'us-central1-a' } },
        spec: { providerID: `gce://portico/us-central1-a/${name}` },
      });
    }
    await make('bad', { 'portico.dev/shceme': 'internal' });
    controller = portico(stop.signal, 'run', '--metrics-addr=off', '--log-level=error');
    await until('conditions', async () => {
      const { items } = await json<Services>(services());
      return items.filter((each) => (each.status.conditions?.length ?? 0) > 0).length === 2;
    });
    await until('the programmed one', async () => (await status()).out.includes('Programmed'));
    gce.cloud.setHealth({ zone: 'us-central1-a', name: 'n2' }, 'UNHEALTHY');

    const { code, out } = await status();
    expect(code).toBe(0);
    expect(out).toMatch(/default\/bad {2}<none> +InvalidRequest +\d+s +0\/0 +- +Service default\/bad: the annotation/);
    expect(out).toMatch(/default\/web {2}\d+\.\d+\.\d+\.\d+ +Programmed +\d+s +2\/3 +\d+s +Traffic to/);
    expect(JSON.parse((await status('-o', 'json')).out)).toMatchObject([
      { service: 'default/bad', addresses: [], state: 'InvalidRequest', resources: [] },
      {
        service: 'default/web',
        state: 'Programmed',
        nodes: [
          { node: 'n1', healthy: true },
          { node: 'n2', healthy: false },
          { node: 'n3', healthy: true },
        ],
      },
    ]);
  });

  it('does not call traffic sent that nobody answers, and names where to look', async () => {
    for (const name of ['n1', 'n2', 'n3']) gce.cloud.setHealth({ zone: 'us-central1-a', name }, 'UNHEALTHY');
    const { out } = await status('web');
    expect(out).toMatch(/ Programmed +\d+s +0\/3 +\S+ +All 3 nodes fail the health check, so nothing answers/);
    expect(out).toMatch(/`kubectl get endpointslices -n default -l kubernetes\.io\/service-name=web` Traffic to /);
    for (const name of ['n1', 'n3']) gce.cloud.setHealth({ zone: 'us-central1-a', name }, 'HEALTHY');
  });

  it('counts no nodes behind what is no balancer', async () => {
    await post(services(), {
      metadata: { name: 'ports', annotations: { 'portico.dev/node-port-firewall': 'true' } },
      spec: { type: 'NodePort', ports: [{ port: 80 }] },
    });
    await until('the ports', async () => (await status()).out.includes('NodePortsOpen'));
    expect((await status('ports')).out).toMatch(/default\/ports +<none> +NodePortsOpen +\d+s +- /);
    expect(JSON.parse((await status('ports', '-o', 'json')).out)).toMatchObject([{ nodes: null }]);
  });

  it('says why a Service that is being deleted stays', async () => {
    await make('held', { 'portico.dev/policy': 'upsert-only' });
    await until('it to be there', async () => /default\/held .*Programmed/.test((await status()).out));
    await fetch(`${services()}/held`, { method: 'DELETE' });
    await until('the policy to be told of', async () => /default\/held .*ConsentNeeded/.test((await status()).out));
    expect((await status('held')).out).toMatch(/has the policy upsert-only, which allows no deletion/);
  });

  it('of one Service shows all it has, from the rule to the nodes', async () => {
    const { out } = await status('default/web');
    expect(out).toMatch(
      /\nService default\/web\n├─ firewall\/\S+\n│ {2}└─ address\/\S+\n└─ forwarding-rule\/\S+\n {3}├─ address\/\S+\n {3}└─ backend-service\/\S+\n {6}├─ health-check\/\S+\n {6}├─ instance-group\/\S+\n {6}├─ n1 {2}healthy\n {6}├─ n2 {2}unhealthy\n {6}└─ n3 {2}healthy\n$/,
    );
    const both = await status('web', 'default/bad');
    expect(both.out).toMatch(/\nService default\/web: Traffic to [^]*\nService default\/bad: the annotation/);
    expect(JSON.parse((await status('web', '-o', 'json')).out)).toMatchObject([{ service: 'default/web' }]);
    const { code, err } = await status('wbe');
    expect(code).toBe(1);
    expect(err).toMatch(/Portico serves no Service default\/wbe\. Did you mean default\/web\?/);
  });
});

describe('portico status --watch', () => {
  const looks = [
    { text: 'web 1s', facts: 'web' },
    { text: 'web 3s', facts: 'web' },
    { text: 'web gone', facts: 'gone' },
    { text: 'web gone', facts: 'gone' },
  ];
  it.each([
    ['through a pipe tells what is news, not that time goes by', false, ['web 1s', 'web gone']],
    ['on a terminal shows it in place', true, ['web 1s', '\u001B[H\u001B[2Jweb 3s', '\u001B[H\u001B[2Jweb gone']],
  ])('%s', async (_title, interactive, expected) => {
    const stop = new AbortController();
    const seen: string[] = [];
    let turn = 0;
    const show = (): Promise<(typeof looks)[number]> => {
      const found = looks[turn];
      turn += 1;
      if (found === undefined) throw new Error('enough');
      return Promise.resolve(found);
    };
    const clock = { sleep: () => Promise.resolve() };
    const terminal = { out: (text: string) => seen.push(text), interactive, signal: stop.signal };
    await expect(follow(show, clock, terminal)).rejects.toThrow('enough');
    expect(seen).toEqual(expected);
  });
});
