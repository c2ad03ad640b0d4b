import { describe, expect, it } from 'vitest';
import { messageOf, outcomeOf, testCloud } from './cloud-client.ts';

const region = 'regions/us-central1';

describe('/_portico/calls', () => {
  it('tells mutations, reads and waits apart, counts by method, and forgets on reset', async () => {
    const { cloud, call } = testCloud();
    cloud.addInstance({ name: 'vm', zone: 'us-central1-a' });
    const { body } = await call('POST', `${region}/addresses`, { name: 'a' });
    await call('POST', `${region}/operations/${String(body['name'])}/wait`);
    await call('GET', `${region}/operations/${String(body['name'])}`);
    await call('GET', `${region}/addresses/none`);
    await call('GET', 'aggregated/addresses');
    await call('POST', 'zones/us-central1-a/instanceGroups', { name: 'g' });
    await call('POST', 'zones/us-central1-a/instanceGroups/g/listInstances', {});
    await call('DELETE', `${region}/addresses/a`);
    await call('DELETE', `${region}/addresses/a`);
    expect((await call('GET', '/_portico/calls')).body).toEqual({
      total: 9,
      mutations: 4,
      reads: 4,
      waits: 1,
      byMethod: {
        'addresses.aggregatedList': 1,
        'addresses.delete': 2,
        'addresses.get': 1,
        'addresses.insert': 1,
        'instanceGroups.insert': 1,
        'instanceGroups.listInstances': 1,
        'regionOperations.get': 1,
        'regionOperations.wait': 1,
      },
    });
    expect((await call('POST', '/_portico/calls/reset')).body).toEqual({ reset: true });
    expect((await call('GET', '/_portico/calls')).body).toEqual({
      total: 0,
      mutations: 0,
      reads: 0,
      waits: 0,
      byMethod: {},
    });
    expect((await call('GET', '/_portico/log')).body).toEqual({ calls: [] });
  });
});

describe('/_portico/log', () => {
  it('has every call in order with its time, class and answer', async () => {
    const { clock, call } = testCloud();
    const start = clock.now();
    await call('POST', `${region}/addresses`, { name: 'a' });
    await clock.advance(250);
    await call('GET', `${region}/addresses/b?alt=json`);
    const calls = (await call('GET', '/_portico/log')).body['calls'];
    const path = `/compute/v1/projects/p/${region}/addresses`;
    expect(calls).toEqual([
      { sequence: 1, at: start, method: 'addresses.insert', http: 'POST', path, class: 'mutation', status: 200 },
      {
        sequence: 2,
        at: start + 250,
        method: 'addresses.get',
        http: 'GET',
        path: `${path}/b?alt=json`,
        class: 'read',
        status: 404,
      },
    ]);
  });
});

describe('/_portico/state', () => {
  it('is all there is: resources as a GET shows them, operations, addresses given out', async () => {
    const { cloud, call } = testCloud();
    await call('POST', `${region}/addresses`, { name: 'a' });
    const state = (await call('GET', '/_portico/state')).body;
    expect(state).toEqual(JSON.parse(JSON.stringify(cloud.snapshot())));
    const { body: address } = await call('GET', `${region}/addresses/a`);
    expect(state).toMatchObject({
      resources: { [`${region}/addresses/a`]: address, 'global/networks/default': { name: 'default' } },
      operations: [{ operationType: 'insert', targetId: address['id'] }],
      addresses: [{ ip: address['address'], fixed: `${region}/addresses/a`, users: [] }],
    });
  });
});

describe('/_portico/faults', () => {
  const rules = [{ match: { method: 'addresses.*' }, effect: { type: 'error', status: 500 } }];
  it('plants, shows and takes away', async () => {
    const { call } = testCloud();
    expect((await call('POST', '/_portico/faults', rules)).body).toEqual({ rules });
    expect((await call('GET', '/_portico/faults')).body).toEqual({ rules });
    expect((await call('GET', `${region}/addresses`)).status).toBe(500);
    expect((await call('GET', 'global/firewalls')).status).toBe(200);
    expect((await call('DELETE', '/_portico/faults')).body).toEqual({ rules: [] });
    expect((await call('GET', `${region}/addresses`)).status).toBe(200);
  });

  it('counts anew when planted again', async () => {
    const { call } = testCloud();
    const once = [{ match: { nth: 1 }, effect: { type: 'error', status: 500 } }];
    const statuses: number[] = [];
    for (let round = 0; round < 2; round += 1) {
      await call('POST', '/_portico/faults', once);
      for (let at = 0; at < 2; at += 1) statuses.push((await call('GET', `${region}/addresses`)).status);
    }
    expect(statuses).toEqual([500, 200, 500, 200]);
  });

  it('refuses rules that make no sense, and keeps those that it has', async () => {
    const { call } = testCloud();
    await call('POST', '/_portico/faults', rules);
    const refused = await call('POST', '/_portico/faults', { effect: { type: 'explode' } });
    expect(outcomeOf(refused)).toBe('400 badRequest');
    expect(messageOf(refused)).toContain('rules[0].effect.type must be one of');
    expect((await call('GET', '/_portico/faults')).body).toEqual({ rules });
  });
});

describe('/_portico/instances', () => {
  it('adds VMs and takes them away', async () => {
    const { cloud, call } = testCloud();
    const vms = [
      { name: 'one', zone: 'us-central1-a', tags: ['node'], networkIP: '10.128.0.9' },
      { name: 'two', zone: 'us-central1-b' },
    ];
    expect((await call('POST', '/_portico/instances', vms)).body).toEqual({ added: 2 });
    expect((await call('GET', 'zones/us-central1-a/instances/one')).body).toMatchObject({
      status: 'RUNNING',
      tags: { items: ['node'] },
      networkInterfaces: [{ networkIP: '10.128.0.9' }],
    });
    expect((await call('DELETE', '/_portico/instances/us-central1-a/one')).status).toBe(200);
    expect(cloud.view.instances().map(({ name }) => name)).toEqual(['two']);
    expect((await call('GET', '/_portico/calls')).body['total']).toBe(1);
  });

  it.each<readonly [string, string, unknown, string]>([
    ['POST', '', { name: 'x' }, '400 badRequest'],
    ['POST', '', 7, '400 badRequest'],
    ['POST', '', { name: 'x', zone: 'nowhere-a' }, '404 notFound'],
    ['POST', '', { name: 'Not A Name', zone: 'us-central1-a' }, '400 invalid'],
    ['DELETE', '/us-central1-a/none', undefined, '404 notFound'],
    ['PATCH', '', {}, '404 notFound'],
  ])('%s %j with %j: %s', async (method, path, body, outcome) => {
    const { call } = testCloud();
    expect(outcomeOf(await call(method, `/_portico/instances${path}`, body))).toBe(outcome);
  });
});

it.each([
  ['GET', '/compute/v1/projects/p/nonsense', '404'],
  ['GET', '/compute/v1/projects/q', '404 notFound'],
  ['GET', '/compute/v1/projects/p/regions/mars/addresses', '400 invalid'],
  ['GET', `/compute/v1/projects/p/${region}/addresses?colour=red`, '400 badRequest'],
  ['POST', '/compute/v1/projects/p/global/networks/default/addPeering', '501 notImplemented'],
  ['GET', '/other', '404'],
])('%s %s: %s', async (method, path, outcome) => {
  const { call } = testCloud();
  expect(outcomeOf(await call(method, path, method === 'GET' ? undefined : {}))).toBe(outcome);
});
