import { describe, expect, it } from 'vitest';
import { run } from './run.ts';
import type { Moment, Story } from './story.ts';

const cluster = 'blue';
const node: Moment = { at: 0, what: { do: 'add-node', cluster, node: 'n1', zone: 'us-central1-a' } };

/** The Service goes to the address that a person reserved. */
const asksForFront = (name: string): Moment['what'] => ({
  do: 'edit-service',
  cluster,
  name,
  patch: {
    metadata: {
      annotations: {
        'portico.dev/static-address': 'front',
        'portico.dev/scheme': null,
        'portico.dev/network-tier': null,
      },
    },
  },
});

const annotates = (annotations: Readonly<Record<string, string>>): Moment['what'] => ({
  do: 'edit-service',
  cluster,
  name: 'web',
  patch: { metadata: { annotations } },
});

/** Stories that once broke a promise, each as short as it could be made. */
const kept: readonly (readonly [string, Omit<Story, 'clusters'>])[] = [
  [
    'a Service is deleted while the first list of the next process does not show yet what the one before made for it',
    {
      seed: 5,
      election: false,
      sweepMs: 600_000,
      moments: [
        node,
        {
          at: 1318,
          what: { do: 'create-service', cluster, name: 'web', annotations: {}, spec: { ports: [{ port: 80 }] } },
        },
        { at: 1551, what: { do: 'restart', cluster, downMs: 500 } },
        { at: 4280, what: { do: 'delete-service', cluster, name: 'web' } },
        { at: 9428, what: { do: 'stale-lists', staleMs: 13_496, forMs: 34_281 } },
      ],
    },
  ],
  [
    'a Service is deleted before its rule was replaced by one with the address that it asked for',
    {
      seed: 11_304,
      election: true,
      leaseMs: 15_000,
      sweepMs: 30_000,
      moments: [
        { at: 0, what: { do: 'add-node', cluster: 'blue', node: 'blue-1', zone: 'us-central1-a' } },
        { at: 0, what: { do: 'add-node', cluster: 'blue', node: 'blue-2', zone: 'us-central1-a' } },
        {
          at: 554,
          what: {
            do: 'create-service',
            cluster: 'blue',
            name: 'web',
            annotations: { 'portico.dev/health-check': 'proxy' },
            spec: {
              ports: [
                { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
                { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 5353 },
              ],
              sessionAffinity: 'ClientIP',
            },
          },
        },
        { at: 2974, what: { do: 'replace-resource', which: 5 } },
        { at: 41_524, what: { do: 'reserve-address', name: 'front' } },
        { at: 48_495, what: asksForFront('web') },
        { at: 52_677, what: { do: 'delete-service', cluster: 'blue', name: 'web' } },
      ],
    },
  ],
  [
    'of two Services that ask for one address, the next process gives it to the other: the firewall that was opened for it goes, the old rule stays',
    {
      seed: 5622,
      election: false,
      leaseMs: 15_000,
      sweepMs: 120_000,
      moments: [
        {
          at: 341,
          what: {
            do: 'create-service',
            cluster,
            name: 'web',
            annotations: { 'portico.dev/health-check': 'proxy' },
            spec: { ports: [{ name: 'https', port: 443, targetPort: 8443 }] },
          },
        },
        {
          at: 801,
          what: {
            do: 'create-service',
            cluster,
            name: 'api',
            annotations: { 'portico.dev/address-policy': 'hold' },
            spec: {
              ports: [
                { name: 'http', port: 80, targetPort: 8080 },
                { name: 'https', port: 443, targetPort: 8443 },
              ],
              sessionAffinity: 'ClientIP',
            },
          },
        },
        { at: 3283, what: { do: 'reserve-address', name: 'front' } },
        { at: 6179, what: { do: 'crash', cluster, downMs: 12_367 } },
        { at: 16_325, what: asksForFront('api') },
        { at: 16_667, what: asksForFront('web') },
        {
          at: 18_274,
          what: { do: 'cloud-fault', method: '*.insert', times: 2, effect: { type: 'stall', when: 'after' } },
        },
        { at: 47_440, what: { do: 'restart', cluster, downMs: 99, settings: { workers: 2, nodeTags: ['nodes'] } } },
      ],
    },
  ],
  [
    'the answer to the deletion of a rule is lost while the reservation that was to hold its address meanwhile is given up',
    {
      seed: 56_867,
      election: false,
      sweepMs: 120000,
      moments: [
        { at: 0, what: { do: 'add-node', cluster, node: 'blue-1', zone: 'us-central1-a' } },
        { at: 0, what: { do: 'add-node', cluster, node: 'blue-2', zone: 'us-central1-a' } },
        {
          at: 0,
          what: {
            do: 'create-service',
            cluster,
            name: 'web',
            annotations: { 'portico.dev/scheme': 'internal', 'portico.dev/address-policy': 'hold' },
            spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
          },
        },
        {
          at: 134_848,
          what: { do: 'cloud-fault', method: '*.delete', times: 1, effect: { type: 'drop', when: 'after' } },
        },
        {
          at: 135_034,
          what: { do: 'cloud-fault', method: '*.insert', times: 1, effect: { type: 'drop', when: 'after' } },
        },
        {
          at: 135_075,
          what: {
            do: 'edit-service',
            cluster,
            name: 'web',
            patch: {
              spec: {
                type: 'LoadBalancer',
                ports: [{ name: 'http', port: 8160, protocol: 'TCP', targetPort: 8080 }],
              },
            },
          },
        },
      ],
    },
  ],
  [
    'an address that is to be held while its rule is replaced, and gets other labels, is reserved while they are set',
    {
      seed: 35_130,
      election: true,
      leaseMs: 30_000,
      sweepMs: 30_000,
      moments: [
        { at: 0, what: { do: 'add-node', cluster, node: 'blue-1', zone: 'us-central1-a' } },
        {
          at: 2649,
          what: {
            do: 'create-service',
            cluster,
            name: 'web',
            annotations: { 'portico.dev/address-policy': 'hold' },
            spec: {
              ports: [1, 2, 3, 4, 5, 6].map((at) => ({ name: `p${at}`, port: 8000 + at, targetPort: 9000 + at })),
              loadBalancerSourceRanges: ['192.0.2.0/24'],
            },
          },
        },
        { at: 5039, what: annotates({ 'portico.dev/policy': 'observe' }) },
        { at: 12_099, what: annotates({ 'portico.dev/resource-labels': 'team=a' }) },
        {
          at: 19_890,
          what: {
            do: 'edit-service',
            cluster,
            name: 'web',
            patch: {
              spec: {
                type: 'LoadBalancer',
                ports: [{ name: 'http', port: 8158, protocol: 'TCP', targetPort: 8080 }],
              },
            },
          },
        },
      ],
    },
  ],
  [
    'a Service whose firewall is open for an address that a person reserved becomes internal, which the address does not fit',
    {
      seed: 15_822,
      election: false,
      sweepMs: 120_000,
      moments: [
        { at: 0, what: { do: 'add-node', cluster, node: 'blue-1', zone: 'us-central1-b' } },
        {
          at: 1712,
          what: { do: 'create-service', cluster, name: 'api', annotations: {}, spec: { ports: [{ port: 443 }] } },
        },
        {
          at: 1959,
          what: {
            do: 'create-service',
            cluster,
            name: 'web',
            annotations: {},
            spec: {
              ports: [
                { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
                { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 5353 },
              ],
            },
          },
        },
        { at: 52_387, what: { do: 'reserve-address', name: 'front' } },
        { at: 53_271, what: asksForFront('web') },
        { at: 53_500, what: annotates({ 'portico.dev/scheme': 'internal' }) },
        { at: 66_004, what: asksForFront('api') },
      ],
    },
  ],
];

describe('a story that broke a promise', () => {
  it.each(kept)('%s', async (_title, story) => {
    const { violation } = await run({ clusters: [cluster], ...story });
    expect(violation).toBeUndefined();
  });
});
