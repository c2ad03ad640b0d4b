import { expect, it } from 'vitest';
import { createCloud } from '../../../providers/mock/cloud.ts';
import { cloudApi } from '../../../providers/mock/cloud-api.ts';
import { createMockProvider } from '../../../providers/mock/index.ts';
import { pass } from '../../../providers/conformance/index.ts';
import { plainWish } from '../../../providers/conformance/wishes.ts';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import type { ServiceOwner } from '../../../src/model/owner.ts';
import { virtualClock } from '../../virtual-clock.ts';

const owner: ServiceOwner = { kind: 'service', cluster: 'prod', namespace: 'shop', name: 'web', uid: 'u1' };

const clock = virtualClock();
const cloud = createCloud({ clock });
const provider = createMockProvider({ clock, api: cloudApi(cloud, { clock }) });
const intent: LoadBalancerIntent = { ...plainWish(provider.capabilities), owner, zones: [], nodes: [] };
const once = { signal: new AbortController().signal, width: 4 };

it('makes a balancer in three waves: what stands alone, what stands on it, the rule', async () => {
  const { plan, after } = await pass(provider, owner, intent, once);
  const short = (id: string): string => id.replaceAll(/\/\S+-[0-9a-f]{8}/g, '');
  expect(plan.steps.map(({ id, after: needs }) => [short(id), needs.map(short)])).toEqual([
    ['create address-ipv4', []],
    ['create health-check', []],
    ['create firewall-ipv4', ['create address-ipv4']],
    ['create backend-service', ['create health-check']],
    ['create forwarding-rule-ipv4', ['create address-ipv4', 'create backend-service']],
  ]);
  expect(after.ingress).toEqual([{ ip: '203.0.113.1' }]);
});

it('leaves a copy of its own, description and all, to whoever made it', async () => {
  await pass(provider, owner, intent, once);
  const original = [...cloud.records.values()].find((record) => record.kind === 'firewall');
  expect(original).toBeDefined();
  cloud.insert('firewall/a-copy', original?.body ?? {}, original?.description ?? '');
  const { applied } = await pass(provider, owner, null, once);
  // The copy uses the address, which therefore stays until the copy is gone.
  expect(applied.failed.map(({ step, error }) => [step.resource.kind, error.code])).toEqual([['address', 'in-use']]);
  expect(cloud.records.has('firewall/a-copy')).toBe(true);
});
