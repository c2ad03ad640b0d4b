import { describe, expect, it } from 'vitest';
import { type Answer, outcomeOf } from './cloud-client.ts';
import { loadBalancer, region, service, zone } from './load-balancer.ts';

describe('fingerprints', () => {
  const stale = 'AAAAAAAAAAA=';
  const services = `${region}/backendServices/b1`;
  const rules = `${region}/forwardingRules/r1`;
  it.each<readonly [string, string, string, string, (seen: Answer['body'], given: unknown) => object]>([
    ['update of a backend service', 'PUT', services, 'fingerprint', (seen, fingerprint) => ({ ...seen, fingerprint })],
    [
      'patch of a backend service',
      'PATCH',
      services,
      'fingerprint',
      (_, fingerprint) => ({ timeoutSec: 9, fingerprint }),
    ],
    ['patch of a rule', 'PATCH', rules, 'fingerprint', (_, fingerprint) => ({ description: 'x', fingerprint })],
    [
      'setLabels of a rule',
      'POST',
      `${rules}/setLabels`,
      'labelFingerprint',
      (_, labelFingerprint) => ({ labels: { a: 'b' }, labelFingerprint }),
    ],
    [
      'setNamedPorts of a group',
      'POST',
      `${zone}/instanceGroups/g1/setNamedPorts`,
      'fingerprint',
      (_, fingerprint) => ({ namedPorts: [{ name: 'http', port: 80 }], fingerprint }),
    ],
    [
      'setTags of a VM',
      'POST',
      `${zone}/instances/vm/setTags`,
      'tags.fingerprint',
      (_, fingerprint) => ({ items: ['node'], fingerprint }),
    ],
  ])(
    '%s: a stale one is 412, the current one is taken in either alphabet',
    async (_what, method, path, field, bodyOf) => {
      const { call } = await loadBalancer();
      const resource = path.replace(/\/set\w+$/, '');
      const see = async () => (await call('GET', resource)).body;
      const current = async (): Promise<string> => {
        const seen = await see();
        return String(
          field.split('.').reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], seen),
        );
      };
      const seen = await see();
      const refused = await call(method, path, bodyOf(seen, stale));
      expect(outcomeOf(refused)).toBe('412 conditionNotMet');
      expect(await see()).toEqual(seen);
      const urlSafe = (await current()).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
      expect(outcomeOf(await call(method, path, bodyOf(seen, urlSafe)))).toBe('200');
      expect(outcomeOf(await call(method, path, bodyOf(await see(), await current())))).toBe('200');
    },
  );

  it.each([
    ['update of a backend service', 'PUT', services, service()],
    ['setLabels', 'POST', `${rules}/setLabels`, { labels: { a: 'b' } }],
  ])('%s without one is 412', async (_what, method, path, body) => {
    const { call } = await loadBalancer();
    expect(outcomeOf(await call(method, path, body))).toBe('412 conditionNotMet');
  });

  it('change with the content, not with the time or with labels', async () => {
    const { clock, call } = await loadBalancer();
    const print = async () => (await call('GET', services)).body['fingerprint'];
    const first = await print();
    await clock.advance(60_000);
    await call('PATCH', services, { timeoutSec: 31 });
    const second = await print();
    await call('PATCH', services, { timeoutSec: 30 });
    expect(second).not.toBe(first);
    expect(await print()).toBe(first);
  });
});
