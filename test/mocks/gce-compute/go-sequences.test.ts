import { describe, expect, it } from 'vitest';
import { type Answer, messageOf, outcomeOf, testCloud } from './cloud-client.ts';

/** Orders of requests of a Go controller with target pools or instance groups, as it sends them. */
const base = 'http://127.0.0.1:1/compute/v1/projects/p/';
const region = 'regions/us-central1';
const query = 'alt=json&prettyPrint=false';
const description = JSON.stringify({ 'kubernetes.io/service-name': 'default/s1' });

/** A request, its body, and what the client makes of the answer (of the operation, when there is one). */
type Line = readonly [request: string, body: object | undefined, outcome: string];

async function send(call: (method: string, path: string, body?: unknown) => Promise<Answer>, [request, body]: Line) {
  const [method = '', path = ''] = request.split(' ');
  const answer = await call(method, `${path}${path.includes('?') ? '&' : '?'}${query}`, body);
  const link = /\/projects\/p\/(.+\/operations\/.+)$/.exec(String(answer.body['selfLink']))?.[1];
  if (answer.status !== 200 || link === undefined) return answer;
  const waited = await call('POST', `${link}/wait?${query}`);
  expect(waited.body).toMatchObject({ status: 'DONE', selfLink: answer.body['selfLink'] });
  const failure = waited.body['httpErrorStatusCode'];
  return typeof failure === 'number' ? { ...waited, status: failure } : waited;
}

const address = { name: 'a1', description, networkTier: 'PREMIUM' };
const check = (name: string, port: number) => ({
  name,
  port,
  requestPath: '/healthz',
  checkIntervalSec: 8,
  timeoutSec: 1,
});
const pool = (affinity: string, name: string) => ({
  name: 'a1',
  description,
  sessionAffinity: affinity,
  healthChecks: [`${base}global/httpHealthChecks/${name}`],
  instances: ['/zones/us-central1-a/instances/node-a', '/zones/us-central1-b/instances/node-b'],
});
const rule = (ip: string, portRange = '80-80') => ({
  name: 'a1',
  description,
  IPAddress: ip,
  IPProtocol: 'TCP',
  portRange,
  networkTier: 'PREMIUM',
  target: `${base}${region}/targetPools/a1`,
});
const firewall = (ip: string, ports: readonly string[]) => ({
  name: 'k8s-fw-a1',
  description,
  network: `${base}global/networks/default`,
  priority: 1000,
  allowed: [{ IPProtocol: 'tcp', ports }],
  sourceRanges: ['0.0.0.0/0'],
  destinationRanges: [ip],
  targetTags: ['node'],
});

/** A cluster of two nodes with one external Service of port 80, whose address is ephemeral again. */
async function external() {
  const { cloud, call } = testCloud();
  for (const zone of ['a', 'b'])
    cloud.addInstance({ name: `node-${zone}`, zone: `us-central1-${zone}`, tags: ['node'] });
  await send(call, [`POST ${region}/addresses`, address, '']);
  const ip = String((await call('GET', `${region}/addresses/a1`)).body['address']);
  const made: readonly Line[] = [
    ['POST global/firewalls', firewall(ip, ['80']), '200'],
    ['POST global/httpHealthChecks', check('node', 10_256), '200'],
    [`POST ${region}/targetPools`, pool('NONE', 'node'), '200'],
    [`POST ${region}/forwardingRules`, rule(ip), '200'],
    [`DELETE ${region}/addresses/a1`, undefined, '200'],
  ];
  const follow = async (lines: readonly Line[]) => {
    for (const line of lines) {
      const answer = await send(call, line);
      expect([line[0], `${answer.status} ${outcomeOf(answer).split(' ')[1] ?? ''}`.trim()]).toEqual([line[0], line[2]]);
    }
  };
  await follow(made);
  return { cloud, call, ip, follow };
}

/** Promotes the rule's address, and lets it go again around `lines`. */
const held = (ip: string, lines: readonly Line[]): readonly Line[] => [
  [`POST ${region}/addresses`, { ...address, address: ip }, '200'],
  ...lines,
  [`DELETE ${region}/addresses/a1`, undefined, '200'],
];

describe('an external Service', () => {
  it.each<readonly [string, (ip: string) => readonly Line[], object, object]>([
    [
      'other port',
      (ip) => [
        ['PATCH global/firewalls/k8s-fw-a1', firewall(ip, ['443']), '200'],
        [`DELETE ${region}/forwardingRules/a1`, undefined, '200'],
        [`POST ${region}/forwardingRules`, rule(ip, '443-443'), '200'],
      ],
      { portRange: '443-443' },
      { sessionAffinity: 'NONE' },
    ],
    [
      'other affinity: rule and pool are made again',
      (ip) => [
        [`DELETE ${region}/targetPools/a1`, undefined, '400 resourceInUseByAnotherResource'],
        [`DELETE ${region}/forwardingRules/a1`, undefined, '200'],
        [`DELETE ${region}/targetPools/a1`, undefined, '200'],
        [`POST ${region}/targetPools`, pool('CLIENT_IP', 'node'), '200'],
        [`POST ${region}/forwardingRules`, rule(ip), '200'],
      ],
      { portRange: '80-80' },
      { sessionAffinity: 'CLIENT_IP' },
    ],
    [
      'policy Local: a health check of its own',
      (ip) => [
        [`DELETE ${region}/forwardingRules/a1`, undefined, '200'],
        [`DELETE ${region}/targetPools/a1`, undefined, '200'],
        ['DELETE global/httpHealthChecks/node', undefined, '200'],
        ['POST global/httpHealthChecks', check('a1', 32_000), '200'],
        [`POST ${region}/targetPools`, pool('NONE', 'a1'), '200'],
        [`POST ${region}/forwardingRules`, rule(ip), '200'],
      ],
      {},
      { healthChecks: [expect.stringMatching(/httpHealthChecks\/a1$/)] },
    ],
  ])('%s, the address kept', async (_what, lines, wantedRule, wantedPool) => {
    const { call, ip, follow } = await external();
    await follow(held(ip, lines(ip)));
    const got = (await call('GET', `${region}/forwardingRules/a1`)).body;
    expect(got).toMatchObject({ IPAddress: ip, IPProtocol: 'TCP', ...wantedRule });
    expect((await call('GET', `${region}/targetPools/a1`)).body).toMatchObject(wantedPool);
  });

  it('promotes the address only once, and finds it by its number', async () => {
    const { call, ip, follow } = await external();
    await follow([
      [`POST ${region}/addresses`, { ...address, address: ip }, '200'],
      [`POST ${region}/addresses`, { ...address, address: ip }, '409 alreadyExists'],
      [`POST ${region}/addresses`, { ...address, name: 'other', address: ip }, '400 invalid'],
      [`POST ${region}/addresses`, { ...address, name: 'foreign', address: '203.0.113.200' }, '400 invalid'],
    ]);
    const found = await call('GET', `${region}/addresses?filter=address+eq+${ip}&${query}`);
    expect(found.body['items']).toMatchObject([{ name: 'a1', status: 'IN_USE' }]);
  });

  it('nodes come and go: pools by links without a project, VMs that are gone leave by themselves', async () => {
    const { cloud, call, follow } = await external();
    const named = (name: string) => ({ instances: [{ instance: `/zones/us-central1-a/instances/${name}` }] });
    cloud.addInstance({ name: 'node-c', zone: 'us-central1-a' });
    await follow([
      [`POST ${region}/targetPools/a1/addInstance`, named('node-c'), '200'],
      [`POST ${region}/targetPools/a1/addInstance`, named('node-c'), '200'],
      [`POST ${region}/targetPools/a1/addInstance`, named('nobody'), '404 notFound'],
      [`POST ${region}/targetPools/a1/removeInstance`, named('node-a'), '200'],
    ]);
    cloud.removeInstance('us-central1-b', 'node-b');
    const { instances } = (await call('GET', `${region}/targetPools/a1`)).body;
    expect(instances).toEqual([
      expect.stringMatching(/^https:.*\/projects\/p\/zones\/us-central1-a\/instances\/node-c$/),
    ]);
  });

  it('goes, in the order of the client, and shared checks only with their last pool', async () => {
    const { call, follow } = await external();
    const other = { ...pool('NONE', 'node'), name: 'b1' };
    await follow([
      [`POST ${region}/targetPools`, other, '200'],
      ['DELETE global/firewalls/k8s-fw-a1', undefined, '200'],
      [`DELETE ${region}/addresses/a1`, undefined, '404 notFound'],
      [`DELETE ${region}/forwardingRules/a1`, undefined, '200'],
      [`DELETE ${region}/targetPools/a1`, undefined, '200'],
      ['DELETE global/httpHealthChecks/a1', undefined, '404 notFound'],
      ['DELETE global/httpHealthChecks/node', undefined, '400 resourceInUseByAnotherResource'],
    ]);
    expect(messageOf(await call('DELETE', 'global/httpHealthChecks/node'))).toContain('being used by');
    await follow([
      [`DELETE ${region}/targetPools/b1`, undefined, '200'],
      ['DELETE global/httpHealthChecks/node', undefined, '200'],
      [`GET ${region}/forwardingRules/a1`, undefined, '404 notFound'],
    ]);
  });

  it('becomes internal: the same name, another scheme', async () => {
    const { call, follow } = await external();
    const zone = 'zones/us-central1-a';
    const hc = { name: 'node', type: 'HTTP', httpHealthCheck: { port: 10_256, requestPath: '/healthz' } };
    const service = {
      name: 'a1',
      protocol: 'TCP',
      loadBalancingScheme: 'INTERNAL',
      healthChecks: [`${base}global/healthChecks/node`],
      backends: [{ group: `${base}${zone}/instanceGroups/k8s-ig` }],
    };
    const internal = { name: 'a1', IPProtocol: 'TCP', ports: ['80'], loadBalancingScheme: 'INTERNAL' };
    const inRule = { ...internal, backendService: `${base}${region}/backendServices/a1` };
    await follow([
      [`POST ${region}/forwardingRules`, inRule, '409 alreadyExists'],
      [`DELETE ${region}/forwardingRules/a1`, undefined, '200'],
      [`DELETE ${region}/targetPools/a1`, undefined, '200'],
      [`POST ${zone}/instanceGroups`, { name: 'k8s-ig' }, '200'],
      [
        `POST ${zone}/instanceGroups/k8s-ig/addInstances`,
        { instances: [{ instance: `${base}${zone}/instances/node-a` }] },
        '200',
      ],
      ['POST global/healthChecks', hc, '200'],
      [`POST ${region}/backendServices`, service, '200'],
      [`POST ${region}/forwardingRules`, inRule, '200'],
      [`DELETE ${zone}/instanceGroups/k8s-ig`, undefined, '400 resourceInUseByAnotherResource'],
      ['DELETE global/healthChecks/node', undefined, '400 resourceInUseByAnotherResource'],
    ]);
    expect((await call('GET', `${region}/forwardingRules/a1`)).body).toMatchObject({
      IPAddress: expect.stringMatching(/^10\.128\./),
      network: expect.stringMatching(/networks\/default$/),
      subnetwork: expect.stringMatching(/subnetworks\/default$/),
    });
  });
});

describe('operations, as clients wait for them', () => {
  it.each([
    ['GET', (path: string) => path],
    ['POST', (path: string) => `${path}/wait`],
  ] as const)('%s until it is done, the selfLink the same all the time', async (method, pathOf) => {
    const { clock, call } = testCloud({ operationLatencyMs: 1000 });
    const started = (await call('POST', 'global/firewalls', { name: 'f', allowed: [{ IPProtocol: 'tcp' }] })).body;
    expect(started).toMatchObject({
      kind: 'compute#operation',
      status: 'PENDING',
      progress: 0,
      operationType: 'insert',
    });
    const path = pathOf(`global/operations/${String(started['name'])}`);
    const answer = call(method, path);
    if (method === 'GET') {
      expect((await answer).body).toMatchObject({ status: 'PENDING', selfLink: started['selfLink'] });
      await clock.advance(500);
      expect((await call('GET', path)).body).toMatchObject({ status: 'RUNNING' });
    }
    await clock.advance(1000);
    const done = method === 'GET' ? await call('GET', path) : await answer;
    expect(done.body).toMatchObject({
      status: 'DONE',
      progress: 100,
      selfLink: started['selfLink'],
      id: started['id'],
    });
  });

  it('are refused elsewhere, and when nobody knows them', async () => {
    const { call } = testCloud();
    const { name } = (await call('POST', `${region}/addresses`, { name: 'a' })).body;
    expect(outcomeOf(await call('GET', `global/operations/${String(name)}`))).toBe('404 notFound');
    expect(outcomeOf(await call('POST', `${region}/operations/operation-0/wait`))).toBe('404 notFound');
  });

  it('errors have what the Go library reads: code, message, and reasons', async () => {
    const { call } = testCloud();
    const refused = await call('GET', `${region}/addresses/none?${query}`);
    const message = `The resource 'projects/p/${region}/addresses/none' was not found`;
    expect(refused.headers['content-type']).toBe('application/json; charset=UTF-8');
    expect(refused.body).toEqual({
      error: { code: 404, message, errors: [{ message, domain: 'global', reason: 'notFound' }] },
    });
  });

  it('aggregated lists say what is where, with partial success asked for', async () => {
    const { call } = await external();
    const path = `aggregated/instances?${query}&returnPartialSuccess=true&filter=${encodeURIComponent('name eq node-.*')}`;
    const { items } = (await call('GET', path)).body;
    expect(items).toMatchObject({
      'zones/us-central1-a': { instances: [{ name: 'node-a' }] },
      'zones/us-central1-b': { instances: [{ name: 'node-b' }] },
      'zones/us-central1-c': { warning: { code: 'NO_RESULTS_ON_PAGE' } },
    });
  });
});
