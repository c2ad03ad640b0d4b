import {
  AddressesClient,
  FirewallsClient,
  ForwardingRulesClient,
  HealthChecksClient,
  InstanceGroupsClient,
  InstancesClient,
  RegionBackendServicesClient,
  RegionHealthChecksClient,
  RegionOperationsClient,
  ZonesClient,
} from '@google-cloud/compute/build/src/v1/index.js';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GceComputeServer, startGceCompute } from '../../../mocks/index.ts';

const project = 'p1';
const region = 'us-central1';
const zone = 'us-central1-a';
let mock: GceComputeServer;

const options = () => ({
  apiEndpoint: '127.0.0.1',
  port: mock.port,
  protocol: 'http',
  projectId: project,
  authClient: new PassThroughClient(),
});

interface Started {
  readonly latestResponse?: { readonly name?: string | null; readonly status?: unknown };
}
const started = (call: readonly unknown[]) => (call[0] as Started).latestResponse;

beforeAll(async () => {
  mock = await startGceCompute({ project, operationLatencyMs: 5 });
  mock.cloud.addInstance({ name: 'node-0', zone, tags: ['node'] });
});
afterAll(() => mock.close());

describe('@google-cloud/compute on the mock', () => {
  it('makes a passthrough load balancer, sees it and takes it down again', async () => {
    const operations = new RegionOperationsClient(options());
    const addresses = new AddressesClient(options());
    const checks = new RegionHealthChecksClient(options());
    const groups = new InstanceGroupsClient(options());
    const services = new RegionBackendServicesClient(options());
    const rules = new ForwardingRulesClient(options());
    const link = (path: string) => `http://127.0.0.1:${mock.port}/compute/v1/projects/${project}/${path}`;
    const wait = async (call: readonly unknown[]) => {
      const operation = started(call)?.name ?? '';
      for (;;) {
        const [state] = await operations.wait({ project, region, operation });
        if (state.status === 'DONE') return state;
      }
    };

    const created = await wait(await addresses.insert({ project, region, addressResource: { name: 'a1' } }));
    expect(created.error?.errors ?? []).toEqual([]);
    const [address] = await addresses.get({ project, region, address: 'a1' });
    expect(address).toMatchObject({ status: 'RESERVED', addressType: 'EXTERNAL', networkTier: 'PREMIUM' });

    await wait(
      await checks.insert({
        project,
        region,
        healthCheckResource: { name: 'h1', type: 'TCP', tcpHealthCheck: { port: 30_123 } },
      }),
    );
    await groups.insert({ project, zone, instanceGroupResource: { name: 'g1' } });
    await expect.poll(() => mock.cloud.view.instanceGroups().length).toBe(1);
    await groups.addInstances({
      project,
      zone,
      instanceGroup: 'g1',
      instanceGroupsAddInstancesRequestResource: { instances: [{ instance: `zones/${zone}/instances/node-0` }] },
    });
    await wait(
      await services.insert({
        project,
        region,
        backendServiceResource: {
          name: 'b1',
          protocol: 'TCP',
          loadBalancingScheme: 'EXTERNAL',
          healthChecks: [link(`regions/${region}/healthChecks/h1`)],
          backends: [{ group: link(`zones/${zone}/instanceGroups/g1`) }],
        },
      }),
    );
    await wait(
      await rules.insert({
        project,
        region,
        forwardingRuleResource: {
          name: 'r1',
          IPAddress: address.address ?? '',
          IPProtocol: 'TCP',
          ports: ['80'],
          loadBalancingScheme: 'EXTERNAL',
          backendService: link(`regions/${region}/backendServices/b1`),
        },
      }),
    );
    const [list] = await rules.list({ project, region });
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ IPAddress: address.address, ports: ['80'] });
    await expect(checks.delete({ project, region, healthCheck: 'h1' })).rejects.toMatchObject({ httpStatusCode: 400 });
    const [health] = await services.getHealth({
      project,
      region,
      backendService: 'b1',
      resourceGroupReferenceResource: { group: link(`zones/${zone}/instanceGroups/g1`) },
    });
    expect(health.healthStatus).toMatchObject([{ healthState: 'HEALTHY', forwardingRuleIp: address.address }]);

    await wait(await rules.delete({ project, region, forwardingRule: 'r1' }));
    await wait(await services.delete({ project, region, backendService: 'b1' }));
    await wait(await checks.delete({ project, region, healthCheck: 'h1' }));
    await wait(await addresses.delete({ project, region, address: 'a1' }));
    await expect(addresses.get({ project, region, address: 'a1' })).rejects.toMatchObject({ httpStatusCode: 404 });
  });

  it('lists over pages, filters and aggregates', async () => {
    const firewalls = new FirewallsClient(options());
    const checks = new HealthChecksClient(options());
    const instances = new InstancesClient(options());
    for (const name of ['f1', 'f2', 'f3']) {
      await firewalls.insert({ project, firewallResource: { name, allowed: [{ IPProtocol: 'tcp', ports: ['80'] }] } });
    }
    await checks.insert({ project, healthCheckResource: { name: 'g1', type: 'HTTP' } });
    const [first, next] = await firewalls.list({ project, maxResults: 2 }, { autoPaginate: false });
    expect(first.map(({ name }) => name)).toEqual(['f1', 'f2']);
    expect(next).toMatchObject({ pageToken: expect.any(String) });
    const [all] = await firewalls.list({ project, maxResults: 2 });
    expect(all.map(({ name }) => name)).toEqual(['f1', 'f2', 'f3']);
    const [some] = await firewalls.list({ project, filter: 'name eq f[23]' });
    expect(some.map(({ name }) => name)).toEqual(['f2', 'f3']);
    const scopes = new Map<string, number>();
    for await (const [scope, { instances: found = [] }] of instances.aggregatedListAsync({ project })) {
      scopes.set(scope, found?.length ?? 0);
    }
    expect(Object.fromEntries(scopes)).toMatchObject({ 'zones/us-central1-a': 1, 'zones/us-central1-b': 0 });
    const [zones] = await new ZonesClient(options()).list({ project });
    expect(zones.map(({ name }) => name)).toEqual(['us-central1-a', 'us-central1-b', 'us-central1-c']);
  });
});
