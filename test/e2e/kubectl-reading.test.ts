import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kubectl, kubectlInstalled, startKubectl } from './kubectl-client.ts';
import { mixedManifests } from './mixed-manifests.ts';

const namespace = 'mixed';

describe.skipIf(!kubectlInstalled)('real kubectl reads what is on the API server', () => {
  let kubectl: Kubectl;
  beforeAll(async () => {
    kubectl = await startKubectl(namespace);
    await kubectl.ok('create', '-f', await kubectl.manifests('mixed.yaml', mixedManifests(100, namespace)));
  });
  afterAll(() => kubectl?.close());

  const open = async (): Promise<Record<string, number>> => {
    const response = await fetch(`${kubectl.server.url}/_portico/watches`);
    return ((await response.json()) as { byMethod: Record<string, number> }).byMethod;
  };
  /** Resolves when so many watch, so that the change that follows is heard of by the watch. */
  const watched = async (wanted: Record<string, number>): Promise<void> => {
    let now = await open();
    while (Object.entries(wanted).some(([method, count]) => (now[method] ?? 0) < count)) now = await open();
  };

  it('waits for a value, a condition and a deletion', async () => {
    const met = async (what: string, ...args: string[]): Promise<void> => {
      expect(await kubectl.ok('wait', '--timeout=100s', ...args)).toBe(`${what} condition met\n`);
    };
    const waiting = [
      met('service/service-2', '--for=jsonpath={.status.loadBalancer.ingress[0].ip}', 'service/service-2'),
      met('deployment.apps/deployment-1', '--for=condition=Available', 'deployment/deployment-1'),
      met('configmap/settings-2', '--for=delete', 'configmap/settings-2'),
    ];
    await watched({ 'services.watch': 1, 'deployments.apps.watch': 1, 'configmaps.watch': 1 });
    const status = (what: string, name: string, value: unknown): Promise<string> =>
      kubectl.ok('patch', what, name, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: value }));
    await status('service', 'service-2', { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } });
    await status('deployment', 'deployment-1', {
      conditions: [{ type: 'Available', status: 'True', reason: 'Tried', message: '' }],
    });
    await kubectl.ok('delete', 'configmap', 'settings-2');
    await Promise.all(waiting);
    expect(
      await kubectl.run(['wait', '--for=condition=Gone', 'deployment/deployment-1', '--timeout=1s']),
    ).toMatchObject({
      code: 1,
      err: 'error: timed out waiting for the condition on deployments/deployment-1\n',
    });
  });

  it('follows changes, as rows and as events', async () => {
    const rows = kubectl.until('\nfollowed ', 'get', 'configmap', '--watch');
    const events = kubectl.until('DELETED', 'get', 'configmap', '--watch-only', '--output-watch-events');
    await watched({ 'configmaps.watch': 2 });
    await kubectl.ok('create', 'configmap', 'followed', '--from-literal=a=b');
    await kubectl.ok('label', 'configmap', 'followed', 'seen=yes');
    await kubectl.ok('delete', 'configmap', 'followed');
    expect(await rows).toMatch(/^NAME +DATA +AGE\nsettings-1 +2 +\S+\n[^]*\nfollowed +1 +\d+s\n/);
    const told = (await events)
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/).slice(0, 3).join(' '));
    expect(told).toEqual(['EVENT NAME DATA', 'ADDED followed 1', 'MODIFIED followed 1', 'DELETED followed 1']);
  });

  it('lists in pages, and shows the same as in one', async () => {
    const list = (size: number): Promise<string> =>
      kubectl.ok('get', 'service,secret', '-o', 'name', `--chunk-size=${size}`);
    await fetch(`${kubectl.server.url}/_portico/calls/reset`, { method: 'POST' });
    const pages = await list(2);
    const { byMethod } = (await (await fetch(`${kubectl.server.url}/_portico/calls`)).json()) as {
      byMethod: Record<string, number>;
    };
    expect([byMethod['services.list'], byMethod['secrets.list']]).toEqual([3, 3]);
    expect(pages).toBe(await list(0));
    expect(pages.trim().split('\n')).toHaveLength(12);
  });

  it('tells events of a namespace and of an object, from either group', async () => {
    const all = await kubectl.ok('events', '--no-headers');
    expect(all.trim().split('\n')).toHaveLength(10);
    const [header, ...rows] = (await kubectl.ok('events', '--for=pod/pod-2')).trim().split('\n');
    expect(header).toMatch(/^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/);
    expect(
      rows
        .map((row) =>
          row
            .replace(/^\S+ +/, '')
            .split(/ {2,}/)
            .join(' '),
        )
        .toSorted(),
    ).toEqual(['Normal Tried Pod/pod-2 number 2', 'Warning Happened Pod/pod-2 number 2']);
    expect((await kubectl.ok('events', '--types=Warning', '--no-headers')).match(/Happened/g)).toHaveLength(5);
  });

  it('knows the kinds and explains their fields', async () => {
    const rows = (await kubectl.ok('api-resources', '--no-headers'))
      .trim()
      .split('\n')
      .map((row) => row.split(/\s+/));
    expect(rows).toContainEqual(['services', 'svc', 'v1', 'true', 'Service']);
    expect(rows).toContainEqual(['endpointslices', 'discovery.k8s.io/v1', 'true', 'EndpointSlice']);
    expect(await kubectl.ok('explain', 'service.spec')).toMatch(
      /^KIND: {7}Service\nVERSION: {4}v1\n\nFIELD: spec <ServiceSpec>\n[^]*FIELDS:\n[^]* {2}externalTrafficPolicy\t<string>\n/,
    );
    expect(await kubectl.ok('explain', 'deployment.spec.template.spec.containers.ports.containerPort')).toMatch(
      /^GROUP: {6}apps\nKIND: {7}Deployment\nVERSION: {4}v1\n\nFIELD: containerPort <integer>/,
    );
    expect((await kubectl.run(['explain', 'service.spec.nothing'])).err).toBe(
      'error: field "nothing" does not exist\n',
    );
  });
});
