import { describe, expect, it } from 'vitest';
import { type Call, messageOf, outcomeOf, reasonOf, testCloud } from './cloud-client.ts';
import { check, region } from './load-balancer.ts';

describe('quotas', () => {
  const limit = (limits: Readonly<Record<string, number>>) =>
    testCloud({ quotas: { limits }, zones: ['us-central1-a', 'europe-west1-b'] });
  const usageOf = async (call: Call, path: string, metric: string) =>
    ((await call('GET', path)).body['quotas'] as readonly { metric: string; usage: number; limit: number }[]).find(
      (quota) => quota.metric === metric,
    );

  it('of a region: 403 at once, in this region alone, until one is deleted', async () => {
    const { call } = limit({ STATIC_ADDRESSES: 1 });
    const insert = (where: string, name: string) => call('POST', `regions/${where}/addresses`, { name });
    await insert('us-central1', 'a');
    const refused = await insert('us-central1', 'b');
    expect(outcomeOf(refused)).toBe('403 quotaExceeded');
    expect(messageOf(refused)).toBe("Quota 'STATIC_ADDRESSES' exceeded.  Limit: 1.0 in region us-central1.");
    expect((await insert('europe-west1', 'b')).status).toBe(200);
    expect(await usageOf(call, region, 'STATIC_ADDRESSES')).toMatchObject({ usage: 1, limit: 1 });
    await call('DELETE', `${region}/addresses/a`);
    expect(await usageOf(call, region, 'STATIC_ADDRESSES')).toMatchObject({ usage: 0 });
    expect((await insert('us-central1', 'b')).status).toBe(200);
  });

  it('of the project', async () => {
    const { call } = limit({ FIREWALLS: 1, HEALTH_CHECKS: 1 });
    const firewall = (name: string) => call('POST', 'global/firewalls', { name, allowed: [{ IPProtocol: 'tcp' }] });
    await firewall('f1');
    expect(messageOf(await firewall('f2'))).toBe("Quota 'FIREWALLS' exceeded.  Limit: 1.0 globally.");
    await call('POST', 'regions/europe-west1/healthChecks', check);
    expect(outcomeOf(await call('POST', `${region}/healthChecks`, check))).toBe('403 quotaExceeded');
    expect(await usageOf(call, '/compute/v1/projects/p', 'FIREWALLS')).toMatchObject({ usage: 1, limit: 1 });
  });

  it('count nothing for a call that is refused for another reason', async () => {
    const { call } = limit({ STATIC_ADDRESSES: 1 });
    expect((await call('POST', `${region}/addresses`, { name: 'a', address: '203.0.113.9' })).status).toBe(400);
    expect((await call('POST', `${region}/addresses`, { name: 'a' })).status).toBe(200);
  });
});

describe('rate limits', () => {
  it('are off unless set', async () => {
    const { call } = testCloud();
    for (let at = 0; at < 200; at += 1) expect((await call('GET', `${region}/addresses`)).status).toBe(200);
  });

  it.each([403, 429] as const)(
    'answer %i when the bucket is empty and fill up with time, each class its own',
    async (status) => {
      const { clock, call } = testCloud({ rateLimits: { perMinute: { mutation: 60, read: 120 }, burst: 2, status } });
      const mutate = async () => outcomeOf(await call('POST', 'global/firewalls', {}));
      const read = async () => outcomeOf(await call('GET', 'global/firewalls'));
      const full = `${status} rateLimitExceeded`;
      expect([await read(), await read(), await read()]).toEqual(['200', '200', full]);
      expect([await mutate(), await mutate(), await mutate()].map((outcome) => outcome === full)).toEqual([
        false,
        false,
        true,
      ]);
      await clock.advance(500);
      expect([await read(), await read()]).toEqual(['200', full]);
      expect(await mutate()).toBe(full);
      await clock.advance(60_000);
      expect([await read(), await read(), await read()]).toEqual(['200', '200', full]);
      const refused = await call('GET', 'global/firewalls');
      expect(reasonOf(refused)).toBe('rateLimitExceeded');
      expect(messageOf(refused)).toContain("'Read requests per minute'");
    },
  );
});
