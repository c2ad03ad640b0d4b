import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, portico, type PorticoProcess, program, until } from './portico-process.ts';

const installed = (await program('kubectl', ['version', '--client'])) !== undefined;
if (!installed) console.log('kubectl is not installed: the lab is not tried with it');

describe.skipIf(!installed)('real kubectl on the lab', () => {
  let lab: PorticoProcess;
  let home: string;
  let state: string;
  let kubeconfig = '';
  let gceUrl = '';
  const kubectl = async (...args: string[]): Promise<string> =>
    (await program('kubectl', args, { KUBECONFIG: kubeconfig, HOME: home })) ?? '';
  const ownResources = async (name: string): Promise<string[]> => {
    const { resources } = await json<{ resources: Record<string, unknown> }>(`${gceUrl}/_portico/state`);
    return Object.keys(resources).filter((key) => key.includes(name));
  };

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-e2e-'));
    state = join(home, 'state');
    lab = portico('lab', '--op-latency', '20', '--state-dir', state, '-o', 'json');
    ({ kubeconfig = '', gceUrl = '' } = await lab.ready);
  });

  afterAll(async () => {
    lab.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  });

  it('gives a LoadBalancer Service its EXTERNAL-IP, and takes it all back', async () => {
    expect(await kubectl('apply', '-f', 'examples/kubia-loadbalancer.yaml')).toBe(
      'service/kubia-loadbalancer created\n',
    );
    await kubectl(
      'wait',
      '--for=jsonpath={.status.loadBalancer.ingress[0].ip}',
      'svc/kubia-loadbalancer',
      '--timeout=10s',
    );
    const row = (await kubectl('get', 'svc', 'kubia-loadbalancer', '--no-headers')).trim().split(/\s+/);
    const [, type, clusterIp = '', externalIp, ports] = row;
    expect(row[0]).toBe('kubia-loadbalancer');
    expect(type).toBe('LoadBalancer');
    expect(clusterIp).toMatch(/^10\.96\./);
    expect(externalIp).toMatch(/^127\.30\.\d+\./);
    expect(ports).toMatch(/^80:3[0-2]\d{3}\/TCP$/);
    expect((await ownResources('kubia-loadbalancer')).map((key) => key.split('/').at(-2) ?? '').toSorted()).toEqual([
      'addresses',
      'backendServices',
      'firewalls',
      'forwardingRules',
      'healthChecks',
    ]);
    const described = await kubectl('describe', 'svc', 'kubia-loadbalancer');
    expect(described).toMatch(/EnsuringLoadBalancer[^]*EnsuredLoadBalancer/);
    expect(described).toContain(`LoadBalancer Ingress:     ${externalIp} (VIP)`);

    await kubectl('delete', 'svc', 'kubia-loadbalancer', '--timeout=10s');
    expect(await ownResources('kubia-loadbalancer')).toEqual([]);
  });

  it('keeps the address when ports and policy change, on the server side', async () => {
    await kubectl('create', '-f', 'examples/kubia-loadbalancer.yaml');
    const jsonpath = ['get', 'svc', 'kubia-loadbalancer', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}'];
    const first = await until('the address', async () => (await kubectl(...jsonpath)) || undefined);
    await kubectl(
      'patch',
      'svc',
      'kubia-loadbalancer',
      '-p',
      '{"spec":{"externalTrafficPolicy":"Local","ports":[{"port":80,"$patch":"delete"},{"port":443,"targetPort":8443}]}}',
    );
    await until('the rule on port 443', async () => {
      const { resources } = await json<{ resources: Record<string, { ports?: string[] }> }>(`${gceUrl}/_portico/state`);
      return Object.entries(resources).some(
        ([key, rule]) => key.includes('forwardingRules') && rule.ports?.[0] === '443',
      );
    });
    expect(await kubectl(...jsonpath)).toBe(first);
    await kubectl('delete', 'svc', 'kubia-loadbalancer', '--timeout=10s');
  });

  it('leaves NodePort Services to the nodes, and shows nodes', async () => {
    await kubectl('apply', '--server-side', '-f', 'examples/kubia-nodeport.yaml');
    expect(await kubectl('get', 'svc', 'kubia-nodeport', '-o', 'wide', '--no-headers')).toMatch(
      /NodePort.*<none>\s+80:30123\/TCP/,
    );
    expect((await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n')).toEqual([
      'node/node-1',
      'node/node-2',
      'node/node-3',
    ]);
    await kubectl('label', 'svc', 'kubia-nodeport', 'tried=yes');
    expect(await kubectl('get', 'svc', '-l', 'tried=yes', '-o', 'name')).toBe('service/kubia-nodeport\n');
    await kubectl('delete', 'svc', 'kubia-nodeport');
    expect(await ownResources('kubia-nodeport')).toEqual([]);
  });

  it('says on the Service why it cannot be served, and serves the others', async () => {
    await kubectl('create', '-f', 'test/e2e/sctp.yaml');
    await until('the Warning', async () => (await kubectl('get', 'events')).includes('SyncLoadBalancerFailed'));
    const events = await kubectl(
      'get',
      'events',
      '--field-selector',
      'involvedObject.name=sctp,type=Warning',
      '-o',
      'jsonpath={.items[0].message}',
    );
    expect(events).toMatch(/SCTP/);
    expect(await ownResources('sctp')).toEqual([]);
    await kubectl('delete', 'svc', 'sctp', '--timeout=10s');
  });

  it('ends on Ctrl-C and leaves nothing behind', async () => {
    lab.kill('SIGINT');
    expect(await lab.ended).toBe(0);
    expect(lab.errors()).toBe('');
    expect(await readdir(home)).not.toContain('state');
  });
});
