import { expect } from 'vitest';
import { outcomeOf, testCloud } from './cloud-client.ts';

export const region = 'regions/us-central1';
export const zone = 'zones/us-central1-a';
export const check = { name: 'h1', type: 'TCP', tcpHealthCheck: { port: 80 } };
export const service = (more: object = {}) => ({
  name: 'b1',
  loadBalancingScheme: 'EXTERNAL',
  protocol: 'TCP',
  healthChecks: [`${region}/healthChecks/h1`],
  backends: [{ group: `${zone}/instanceGroups/g1` }],
  ...more,
});
export const rule = (more: object = {}) => ({
  name: 'r1',
  loadBalancingScheme: 'EXTERNAL',
  IPProtocol: 'TCP',
  ports: ['80'],
  backendService: `${region}/backendServices/b1`,
  ...more,
});

/** Address, health check, group with a VM, backend service, rule, pool with a rule, firewall: all there and ready. */
export async function loadBalancer(options: Parameters<typeof testCloud>[0] = {}) {
  const parts = testCloud(options);
  parts.cloud.addInstance({ name: 'vm', zone: 'us-central1-a' });
  const made: readonly (readonly [string, object])[] = [
    [`${region}/addresses`, { name: 'a1' }],
    [`${region}/healthChecks`, check],
    [`${zone}/instanceGroups`, { name: 'g1' }],
    [`${zone}/instanceGroups/g1/addInstances`, { instances: [{ instance: `${zone}/instances/vm` }] }],
    [`${region}/backendServices`, service()],
    [`${region}/forwardingRules`, rule()],
    ['global/httpHealthChecks', { name: 'legacy' }],
    [`${region}/targetPools`, { name: 't1', healthChecks: ['global/httpHealthChecks/legacy'] }],
    [`${region}/forwardingRules`, { name: 'r2', portRange: '80', target: `${region}/targetPools/t1` }],
    ['global/firewalls', { name: 'f1', allowed: [{ IPProtocol: 'tcp', ports: ['80'] }] }],
  ];
  for (const [path, body] of made) {
    expect([path, outcomeOf(await parts.call('POST', path, body))]).toEqual([path, '200']);
    await parts.clock.advance(options.operationLatencyMs ?? 0);
  }
  return parts;
}
