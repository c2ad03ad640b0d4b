import type { FaultEffect } from '../../mocks/faults.ts';
import type { Chance } from './chance.ts';
import type { What } from './story.ts';

const refusals: readonly (readonly [number, FaultEffect])[] = [
  [2, { type: 'error', status: 403, reason: 'quotaExceeded' }],
  [2, { type: 'error', status: 403, reason: 'rateLimitExceeded' }],
  [1, { type: 'error', status: 429, reason: 'rateLimitExceeded', retryAfterSeconds: 7 }],
  [1, { type: 'error', status: 409, reason: 'resourceInUseByAnotherResource' }],
  [1, { type: 'error', status: 409, reason: 'conflict' }],
  [1, { type: 'error', status: 412, reason: 'conditionNotMet' }],
  [3, { type: 'error', status: 503, reason: 'backendError' }],
  [1, { type: 'error', status: 403, reason: 'forbidden' }],
  [1, { type: 'garbage', status: 502 }],
  [1, { type: 'garbage', status: 200 }],
  [2, { type: 'delay', ms: 10_000 }],
  [6, { type: 'drop', when: 'after' }],
  [2, { type: 'drop', when: 'before' }],
  [3, { type: 'stall', when: 'after' }],
  [1, { type: 'stall', when: 'before' }],
  [2, { type: 'fail-operation', code: 'INTERNAL_ERROR', message: 'planted', httpStatus: 500 }],
  [1, { type: 'fail-operation', code: 'QUOTA_EXCEEDED', message: 'planted', httpStatus: 403 }],
  [1, { type: 'fail-operation', code: 'RESOURCE_NOT_READY', message: 'planted', httpStatus: 400 }],
];

const cloudMethods = [
  '*',
  '*.insert',
  '*.delete',
  '*.update',
  '*.wait',
  '*.list',
  'addresses.insert',
  'addresses.delete',
  'addresses.get',
  'forwardingRules.insert',
  'forwardingRules.delete',
  'backendServices.insert',
  'backendServices.update',
  'backendServices.delete',
  'firewalls.insert',
  'firewalls.update',
  'firewalls.delete',
  'healthChecks.*',
  'instanceGroups.*',
];

const kubeRefusals: readonly FaultEffect[] = [
  { type: 'error', status: 409, reason: 'Conflict' },
  { type: 'error', status: 500, reason: 'InternalError' },
  { type: 'error', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 },
  { type: 'error', status: 403, reason: 'Forbidden' },
  { type: 'error', status: 410, reason: 'Expired' },
  { type: 'error', status: 504, reason: 'Timeout' },
  { type: 'garbage', status: 502 },
  { type: 'drop', when: 'before' },
  { type: 'drop', when: 'after' },
  { type: 'stall', when: 'after' },
  { type: 'delay', ms: 20_000 },
];

const kubeMethods = [
  'services/status.PATCH',
  'services.list',
  'services.watch',
  'nodes.list',
  'nodes.watch',
  'events.*',
  'leases.*',
];

export function drawFault(chance: Chance, cluster: string): What {
  return chance.weighted<() => What>([
    [
      10,
      () => ({
        do: 'cloud-fault',
        method: chance.pick(cloudMethods),
        times: chance.weighted([
          [4, 1],
          [2, 2],
          [1, 5],
        ]),
        effect: chance.weighted(refusals),
      }),
    ],
    [
      4,
      () => ({
        do: 'kube-fault',
        method: chance.pick(kubeMethods),
        times: chance.int(1, 3),
        effect: chance.pick(kubeRefusals),
      }),
    ],
    [
      2,
      () => ({ do: 'slow-operations', forMs: chance.int(1000, 20_000), extraMs: chance.pick([5000, 20_000, 150_000]) }),
    ],
    [3, () => ({ do: 'stale-lists', forMs: chance.int(2000, 60_000), staleMs: chance.int(1000, 20_000) })],
    [1, () => ({ do: 'cut-watches', cluster })],
    [
      2,
      () => ({
        do: 'stall-watch',
        cluster,
        resource: chance.pick(['services', 'nodes']),
        forMs: chance.int(1000, 60_000),
      }),
    ],
    [1, () => ({ do: 'compact', cluster })],
    [1, () => ({ do: 'jump-clock', cluster, byMs: chance.pick([-3_600_000, -5000, 5000, 86_400_000]) })],
  ])();
}
