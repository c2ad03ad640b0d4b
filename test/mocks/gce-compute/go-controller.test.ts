import { expect, it } from 'vitest';
import { messageOf, testCloud } from './cloud-client.ts';

/** What kubernetes/cloud-provider-gcp sends, in its order: external (target pool), then internal (instance group). */
const base = 'http://127.0.0.1:1/compute/v1/projects/p/';
const regional = 'regions/us-central1';

function controller() {
  const { cloud, call } = testCloud();
  for (const zone of ['a', 'b'])
    cloud.addInstance({ name: `node-${zone}`, zone: `us-central1-${zone}`, tags: ['node'] });
  const query = 'alt=json&prettyPrint=false';
  const at = (path: string) => `${path}${path.includes('?') ? '&' : '?'}${query}`;
  return {
    call,
    get: (path: string) => call('GET', at(path)),
    /** Mutates and waits as the operation's selfLink says. */
    done: async (method: string, path: string, body?: unknown) => {
      const started = await call(method, at(path), body);
      if (started.status !== 200) return started;
      const link = String(started.body['selfLink']);
      const scope = /projects\/p\/(.+)$/.exec(link)?.[1] ?? '';
      const waited = await call('POST', at(`${scope}/wait`));
      expect(waited.body).toMatchObject({ status: 'DONE' });
      expect(waited.body['error']).toBeUndefined();
      return waited;
    },
  };
}

it('makes, holds and deletes an external load balancer with a target pool', async () => {
  const { get, done } = controller();
  expect((await get('zones?filter=region+eq+.*/regions/us-central1')).body['items']).toHaveLength(3);
  expect((await get(`${regional}/forwardingRules/a1`)).status).toBe(404);
  expect((await get('zones/us-central1-a/instances?filter=name+eq+.*')).body['items']).toMatchObject([
    { name: 'node-a', tags: { items: ['node'] }, machineType: expect.stringMatching(/e2-medium$/) },
  ]);
  const hold = { name: 'a1', description: '{}', networkTier: 'PREMIUM' };
  await done('POST', `${regional}/addresses`, hold);
  const { address } = (await get(`${regional}/addresses/a1`)).body;
  const firewall = {
    name: 'k8s-fw-a1',
    network: `${base}global/networks/default`,
    priority: 1000,
    allowed: [{ IPProtocol: 'tcp', ports: ['80'] }],
    sourceRanges: ['0.0.0.0/0'],
    destinationRanges: [address],
    targetTags: ['node'],
  };
  await done('POST', 'global/firewalls', firewall);
  expect((await get('global/firewalls/k8s-fw-a1')).body).toMatchObject({
    destinationRanges: [address],
    priority: 1000,
  });
  const check = { name: 'node', port: 10_256, requestPath: '/healthz', checkIntervalSec: 8, timeoutSec: 1 };
  await done('POST', 'global/httpHealthChecks', { ...check, healthyThreshold: 1, unhealthyThreshold: 3 });
  const healthChecks = [`${base}global/httpHealthChecks/node`];
  const instances = ['/zones/us-central1-a/instances/node-a'];
  await done('POST', `${regional}/targetPools`, { name: 'a1', sessionAffinity: 'NONE', healthChecks, instances });
  await done('POST', `${regional}/targetPools/a1/addInstance`, {
    instances: [{ instance: '/zones/us-central1-b/instances/node-b' }],
  });
  const pool = (await get(`${regional}/targetPools/a1`)).body;
  expect(pool['instances']).toEqual([
    expect.stringMatching(/^https:.*\/projects\/p\/zones\/us-central1-a\/instances\/node-a$/),
    expect.stringMatching(/\/zones\/us-central1-b\/instances\/node-b$/),
  ]);
  const rule = {
    name: 'a1',
    IPAddress: address,
    IPProtocol: 'TCP',
    portRange: '80',
    target: `${base}${regional}/targetPools/a1`,
  };
  await done('POST', `${regional}/forwardingRules`, { ...rule, networkTier: 'PREMIUM' });
  await done('DELETE', `${regional}/addresses/a1`);
  expect((await get(`${regional}/forwardingRules/a1`)).body).toMatchObject({ IPAddress: address, portRange: '80-80' });

  await done('POST', `${regional}/addresses`, { ...hold, address });
  expect((await get(`${regional}/addresses?filter=address+eq+${String(address)}`)).body['items']).toMatchObject([
    { address },
  ]);
  const again = await done('POST', `${regional}/addresses`, { ...hold, name: 'other', address });
  expect(again.status).toBe(400);
  await done('DELETE', `${regional}/addresses/a1`);

  const refused = await done('DELETE', 'global/httpHealthChecks/node');
  expect(refused.status).toBe(400);
  expect(messageOf(refused)).toMatch(
    /^The http_health_check resource '.*node' is already being used by '.*targetPools\/a1'$/,
  );
  await done('DELETE', `${regional}/forwardingRules/a1`);
  await done('DELETE', `${regional}/targetPools/a1`);
  await done('DELETE', 'global/httpHealthChecks/node');
  await done('PATCH', 'global/firewalls/k8s-fw-a1', { ...firewall, allowed: [{ IPProtocol: 'tcp', ports: ['443'] }] });
  await done('DELETE', 'global/firewalls/k8s-fw-a1');
});

it('makes and deletes an internal load balancer with instance groups', async () => {
  const { call, get, done } = controller();
  const zone = 'zones/us-central1-a';
  const subnetwork = `${base}${regional}/subnetworks/default`;
  await done('POST', `${zone}/instanceGroups`, { name: 'k8s-ig--c' });
  await done('POST', `${zone}/instanceGroups/k8s-ig--c/addInstances`, {
    instances: [{ instance: `${base}${zone}/instances/node-a` }],
  });
  const check = { name: 'node', type: 'HTTP', httpHealthCheck: { port: 10_256, requestPath: '/healthz' } };
  await done('POST', 'global/healthChecks', check);
  await done('POST', `${regional}/addresses`, { name: 'a1', addressType: 'INTERNAL', subnetwork });
  const { address } = (await get(`${regional}/addresses/a1`)).body;
  await done('POST', `${regional}/backendServices`, {
    name: 'a1',
    protocol: 'TCP',
    loadBalancingScheme: 'INTERNAL',
    sessionAffinity: 'NONE',
    healthChecks: [`${base}global/healthChecks/node`],
    backends: [{ group: `${base}${zone}/instanceGroups/k8s-ig--c` }],
  });
  const service = (await get(`${regional}/backendServices/a1`)).body;
  expect(service).toMatchObject({ backends: [{ balancingMode: 'CONNECTION' }], fingerprint: expect.any(String) });
  await done('POST', `${regional}/forwardingRules`, {
    name: 'a1',
    IPAddress: address,
    IPProtocol: 'TCP',
    ports: ['80'],
    loadBalancingScheme: 'INTERNAL',
    backendService: `${base}${regional}/backendServices/a1`,
    network: `${base}global/networks/default`,
    subnetwork,
  });
  const members = await call('POST', `${zone}/instanceGroups/k8s-ig--c/listInstances`, { instanceState: 'ALL' });
  expect(members.body['items']).toMatchObject([{ instance: expect.stringMatching(/instances\/node-a$/) }]);
  await done('PUT', `${regional}/backendServices/a1`, { ...service, sessionAffinity: 'CLIENT_IP' });
  expect((await done('PUT', `${regional}/backendServices/a1`, service)).status).toBe(412);
  await done('DELETE', `${regional}/addresses/a1`);
  await done('DELETE', `${regional}/forwardingRules/a1`);
  const inUse = await done('DELETE', `${zone}/instanceGroups/k8s-ig--c`);
  expect(messageOf(inUse)).toContain('being used by');
  await done('DELETE', `${regional}/backendServices/a1`);
  await done('DELETE', `${zone}/instanceGroups/k8s-ig--c`);
  await done('DELETE', 'global/healthChecks/node');
});
