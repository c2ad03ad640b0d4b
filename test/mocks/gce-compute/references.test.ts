import { describe, expect, it } from 'vitest';
import { messageOf, outcomeOf, testCloud } from './cloud-client.ts';
import { loadBalancer, region, rule, service, zone } from './load-balancer.ts';

describe('references', () => {
  const cross = 'Cross-scope references for this resource are not allowed.';
  it.each<readonly [string, object, string, string]>([
    [
      `${region}/backendServices`,
      service({ healthChecks: ['regions/europe-west1/healthChecks/h1'] }),
      '400 invalid',
      cross,
    ],
    [
      `${region}/backendServices`,
      service({ backends: [{ group: 'zones/europe-west1-b/instanceGroups/g1' }] }),
      '400 invalid',
      cross,
    ],
    [
      `${region}/forwardingRules`,
      rule({ backendService: 'regions/europe-west1/backendServices/b1' }),
      '400 invalid',
      cross,
    ],
    [`${region}/forwardingRules`, rule({ IPAddress: 'regions/europe-west1/addresses/a1' }), '400 invalid', cross],
    [
      `${zone}/instanceGroups/g1/addInstances`,
      { instances: [{ instance: 'zones/us-central1-b/instances/vm' }] },
      '400 invalid',
      cross,
    ],
    [`${region}/forwardingRules`, rule({ backendService: 'b1' }), '400 invalid', 'The URL is malformed.'],
    [
      `${region}/forwardingRules`,
      rule({ backendService: `${region}/healthChecks/h1` }),
      '400 invalid',
      "Unexpected resource collection 'healthChecks'.",
    ],
    [
      `${region}/forwardingRules`,
      rule({ backendService: `${region}/backendServices/none` }),
      '404 notFound',
      `${region}/backendServices/none' was not found`,
    ],
    [
      `${region}/forwardingRules`,
      rule({ backendService: `projects/q/${region}/backendServices/b1` }),
      '404 notFound',
      "'projects/q/",
    ],
    [
      'global/firewalls',
      { name: 'f9', allowed: [{ IPProtocol: 'tcp' }], network: 'global/networks/none' },
      '400 invalid',
      'The referenced network resource cannot be found.',
    ],
  ])('in %s of %j: %s', async (path, body, outcome, why) => {
    const { cloud, call } = await loadBalancer({ zones: ['us-central1-a', 'us-central1-b', 'europe-west1-b'] });
    const before = cloud.snapshot();
    const refused = await call('POST', path, { ...body, ...('instances' in body ? {} : { name: 'fresh' }) });
    expect(outcomeOf(refused)).toBe(outcome);
    expect(messageOf(refused)).toContain(why);
    expect(cloud.snapshot()).toEqual(before);
  });

  it.each([
    'https://www.googleapis.com/compute/v1/projects/p/',
    'http://127.0.0.1:18080/compute/v1/projects/p/',
    'projects/p/',
    '/',
    '',
  ])('are read with the prefix %j and shown in full', async (prefix) => {
    const { call } = await loadBalancer();
    const body = rule({ name: 'r3', ports: ['81'], backendService: `${prefix}${region}/backendServices/b1` });
    expect(outcomeOf(await call('POST', `${region}/forwardingRules`, body))).toBe('200');
    const { backendService } = (await call('GET', `${region}/forwardingRules/r3`)).body;
    expect(backendService).toBe(`https://www.googleapis.com/compute/v1/projects/p/${region}/backendServices/b1`);
  });

  it('to something under creation or deletion are refused until it is ready', async () => {
    const { clock, call } = testCloud({ operationLatencyMs: 1000 });
    const pool = { name: 't', healthChecks: ['global/httpHealthChecks/h'] };
    await call('POST', 'global/httpHealthChecks', { name: 'h' });
    expect(outcomeOf(await call('POST', `${region}/targetPools`, pool))).toBe('400 resourceNotReady');
    await clock.advance(1000);
    await call('DELETE', 'global/httpHealthChecks/h');
    expect(outcomeOf(await call('POST', `${region}/targetPools`, pool))).toBe('400 resourceNotReady');
    await clock.advance(1000);
    expect(outcomeOf(await call('POST', `${region}/targetPools`, pool))).toBe('404 notFound');
  });

  it('a VM that has gone leaves its groups; its address is free for another, and for one only', async () => {
    const { cloud, call } = await loadBalancer();
    const ip = cloud.view.instances()[0]?.networkInterfaces[0]?.networkIP ?? '';
    expect(() => cloud.addInstance({ name: 'twin', zone: 'us-central1-a', networkIP: ip })).toThrow(
      /already being used/,
    );
    cloud.removeInstance('us-central1-a', 'vm');
    expect(cloud.view.instanceGroups().map(({ members }) => members)).toEqual([[]]);
    cloud.addInstance({ name: 'twin', zone: 'us-central1-a', networkIP: ip });
    expect((await call('GET', `${zone}/instances/twin`)).body).toMatchObject({
      networkInterfaces: [{ networkIP: ip }],
    });
  });
});
