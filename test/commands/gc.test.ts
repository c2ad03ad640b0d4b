import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GceComputeServer, type KubeApiServer, startGceCompute, startKubeApiServer } from '../../mocks/index.ts';
import { formatMark, type Owner } from '../../src/model/owner.ts';
import { runProgram } from '../../src/program.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('portico gc', () => {
  let folder: string;
  let kube: KubeApiServer;
  let gce: GceComputeServer;

  const gc = async (...args: string[]): Promise<Ended> => {
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
    const code = await runProgram(['node', 'portico', 'gc', ...where, ...args], {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      env: {},
      interactive: false,
      signal: new AbortController().signal,
    });
    return { code, out: out.join(''), err: err.join('') };
  };
  const post = async (url: string, body: object): Promise<{ metadata: { uid: string } }> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(response.status).toBeLessThan(300);
    return (await response.json()) as { metadata: { uid: string } };
  };
  const addresses = (): string => `${gce.url}/compute/v1/projects/portico/regions/us-central1/addresses`;
  const names = async (): Promise<string[]> => {
    const { items = [] } = (await (await fetch(addresses())).json()) as { items?: { name: string }[] };
    return items.map(({ name }) => name).toSorted();
  };
  const hold = (name: string, owner?: Owner): Promise<unknown> =>
    post(addresses(), { name, ...(owner ? { description: formatMark({ owner, role: `address/${name}` }) } : {}) });
  const drop = async (name: string): Promise<void> => {
    expect((await fetch(`${addresses()}/${name}`, { method: 'DELETE' })).status).toBe(200);
  };
  const service = (uid: string, name: string, cluster = 'mine'): Owner => ({
    kind: 'service',
    cluster,
    namespace: 'default',
    name,
    uid,
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-gc-'));
    kube = await startKubeApiServer();
    gce = await startGceCompute({ operationLatencyMs: 0 });
    await writeFile(join(folder, 'kubeconfig'), kube.kubeconfig());
  });
  afterAll(async () => {
    await kube.close();
    await gce.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('does not call a cloud clean that has never heard of the cluster, and names those it knows', async () => {
    const nobody =
      'Nothing in the cloud carries the mark of the cluster id mine. Nor is there a mark of another cluster.\n';
    expect(await gc()).toEqual({ code: 0, out: nobody, err: '' });
    expect(await gc('-o', 'json')).toEqual({ code: 0, out: '[]\n', err: nobody });
    await hold('theirs', service('gone-0', 'web', 'theirs'));
    await hold('ours', { kind: 'cluster', cluster: 'others' });
    const out =
      'Nothing in the cloud carries the mark of the cluster id mine. There are marks of others, theirs: is one of them meant?\n';
    expect(await gc()).toEqual({ code: 0, out, err: '' });
    await drop('theirs');
    await drop('ours');
  });

  it('says when nothing is left', async () => {
    await hold('shared', { kind: 'cluster', cluster: 'mine' });
    expect(await gc()).toEqual({ code: 0, out: 'Nothing is left of Services that are gone.\n', err: '' });
    await drop('shared');
  });

  it('shows what is left of Services that are gone, deletes it only on request, and nothing else', async () => {
    const { metadata } = await post(`${kube.url}/api/v1/namespaces/default/services`, {
      metadata: { name: 'alive' },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    });
    await hold('of-the-living', service(metadata.uid, 'alive'));
    await hold('of-the-gone', service('gone-1', 'web'));
    await hold('also-of-the-gone', service('gone-1', 'web'));
    await hold('of-a-former-alive', service('gone-2', 'alive'));
    await hold('of-another-cluster', service('gone-3', 'web', 'theirs'));
    await hold('of-nobody');

    const shown = await gc();
    expect(shown.code).toBe(2);
    expect(shown.out).toMatch(
      /^NAMESPACE {2}SERVICE {2}UID {5}RESOURCES {2}AGE\ndefault {4}alive {4}gone-2 {2}1 {10}\d+s\ndefault {4}web {6}gone-1 {2}2 /,
    );
    expect(shown.out).toMatch(/Service default\/web\n {2}- address\/also-of-the-gone .*gives up an address/);
    expect(JSON.parse((await gc('-o', 'json')).out)).toMatchObject([
      { uid: 'gone-2', resources: ['address/of-a-former-alive'] },
      { uid: 'gone-1', resources: ['address/also-of-the-gone', 'address/of-the-gone'] },
    ]);
    expect(await names()).toHaveLength(6);

    const applied = await gc('--apply');
    expect({ code: applied.code, err: applied.err }).toEqual({
      code: 0,
      err: 'Service default/alive: deleted address/of-a-former-alive\nService default/web: deleted address/also-of-the-gone, address/of-the-gone\n',
    });
    expect(applied.out).toMatch(/^NAMESPACE .*\n.*\n.*\n$/);
    expect(await names()).toEqual(['of-another-cluster', 'of-nobody', 'of-the-living']);
    expect((await gc()).code).toBe(0);
  });

  it('touches nothing when the Services cannot be listed', async () => {
    await hold('of-one-more', service('gone-4', 'late'));
    await post(`${kube.url}/_portico/faults`, [
      { match: { method: 'services.list' }, effect: { type: 'error', status: 403 } },
    ]);
    const { code, err } = await gc('--apply');
    expect(code).toBe(1);
    expect(err).toMatch(/refused to list/);
    expect(await names()).toContain('of-one-more');
  });
});
