import { describe, expect, it } from 'vitest';
import { ConnectionDropped } from '../../../mocks/index.ts';
import { messageOf, namesOf, outcomeOf, testCloud } from './cloud-client.ts';

const addresses = 'regions/us-central1/addresses';
const request = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const endOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  );

describe('faults on the Compute API', () => {
  it('error: answers instead of doing the work, with the reason and the wait asked for', async () => {
    const { cloud, call } = testCloud();
    cloud.setFaults([
      {
        match: { method: 'addresses.insert', times: 1 },
        effect: { type: 'error', status: 429, reason: 'rateLimitExceeded', message: 'slow', retryAfterSeconds: 7 },
      },
      { match: { method: 'addresses.insert', nth: 2 }, effect: { type: 'error', status: 503 } },
    ]);
    const first = await call('POST', addresses, { name: 'a' });
    expect(outcomeOf(first)).toBe('429 rateLimitExceeded');
    expect(first.headers['retry-after']).toBe('7');
    expect(messageOf(first)).toBe('slow');
    expect(first.body).toMatchObject({ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } });
    expect(outcomeOf(await call('POST', addresses, { name: 'a' }))).toBe('503 backendError');
    expect(cloud.view.addresses()).toEqual([]);
    expect((await call('POST', addresses, { name: 'a' })).status).toBe(200);
    expect(cloud.calls.log().map(({ status }) => status)).toEqual([429, 503, 200]);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('drop %s the work: the call breaks and leaves %i address', async (when, made) => {
    const { cloud, call } = testCloud();
    cloud.setFaults([{ match: { nth: 1 }, effect: { type: 'drop', when } }]);
    const path = `${addresses}?requestId=${request}`;
    await expect(call('POST', path, { name: 'a' })).rejects.toBeInstanceOf(ConnectionDropped);
    expect(cloud.view.addresses()).toHaveLength(made);
    expect(cloud.calls.log()[0]).not.toHaveProperty('status');
    const again = await call('POST', path, { name: 'a' });
    expect(again.body).toMatchObject({ status: 'DONE', clientOperationId: request });
    expect(namesOf(await call('GET', addresses))).toEqual(['a']);
  });

  it('delay: the work is done only when the time is over', async () => {
    const { clock, cloud, call } = testCloud();
    cloud.setFaults([{ match: {}, effect: { type: 'delay', ms: 3000 } }]);
    const answer = call('POST', addresses, { name: 'a' });
    await clock.advance(2999);
    expect(cloud.view.addresses()).toEqual([]);
    await clock.advance(1);
    expect((await answer).status).toBe(200);
    expect(cloud.view.addresses()).toHaveLength(1);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('stall %s the work: never answers until the caller gives up', async (when, made) => {
    const { clock, cloud, call } = testCloud();
    cloud.setFaults([{ match: {}, effect: { type: 'stall', when } }]);
    const caller = new AbortController();
    const answer = endOf(call('POST', addresses, { name: 'a' }, caller.signal));
    await clock.advance(3_600_000);
    expect(await Promise.race([answer, Promise.resolve('pending')])).toBe('pending');
    expect(cloud.view.addresses()).toHaveLength(made);
    caller.abort(new Error('given up'));
    expect([await answer, clock.pending]).toEqual(['given up', 0]);
  });

  it('delay: a caller that gives up leaves nothing behind', async () => {
    const { clock, cloud, call } = testCloud();
    cloud.setFaults([{ match: {}, effect: { type: 'delay', ms: 3000 } }]);
    const caller = new AbortController();
    const answer = endOf(call('POST', addresses, { name: 'a' }, caller.signal));
    await clock.advance(10);
    caller.abort(new Error('given up'));
    expect(await answer).toBe('given up');
    expect([clock.pending, cloud.view.addresses().length]).toEqual([0, 0]);
  });

  it('fail-operation: the call is taken, its operation ends with the error and everything is undone', async () => {
    const { clock, cloud, call } = testCloud({ operationLatencyMs: 1000 });
    const effect = { type: 'fail-operation', code: 'QUOTA_EXCEEDED', message: 'Too many.', httpStatus: 403 } as const;
    cloud.setFaults([{ match: { method: 'addresses.insert', nth: 1 }, effect }]);
    const before = await call('GET', 'regions/us-central1');
    const started = await call('POST', addresses, { name: 'a' });
    expect(started.body).toMatchObject({ status: 'PENDING', progress: 0 });
    expect(started.body).not.toHaveProperty('error');
    const held = (await call('GET', `${addresses}/a`)).body;
    expect(held).toMatchObject({ status: 'RESERVING' });
    const waited = await clock.run(call('POST', `regions/us-central1/operations/${String(started.body['name'])}/wait`));
    expect(waited.body).toMatchObject({
      status: 'DONE',
      progress: 100,
      error: { errors: [{ code: 'QUOTA_EXCEEDED', message: 'Too many.' }] },
      httpErrorStatusCode: 403,
      httpErrorMessage: 'FORBIDDEN',
    });
    expect((await call('GET', `${addresses}/a`)).status).toBe(404);
    expect(cloud.snapshot()['addresses']).toEqual([]);
    expect((await call('GET', 'regions/us-central1')).body).toEqual(before.body);
  });

  it('fail-operation on a change or a deletion leaves the resource as it was, ready for the next', async () => {
    const { clock, cloud, call } = testCloud({ operationLatencyMs: 100 });
    const rule = { name: 'f', allowed: [{ IPProtocol: 'tcp', ports: ['80'] }] };
    await call('POST', 'global/firewalls', rule);
    await clock.advance(100);
    const before = (await call('GET', 'global/firewalls/f')).body;
    const effect = { type: 'fail-operation', code: 'INTERNAL_ERROR', message: 'm', httpStatus: 500 } as const;
    cloud.setFaults([
      { match: { method: 'firewalls.patch' }, effect },
      { match: { method: 'firewalls.delete', nth: 1 }, effect },
    ]);
    expect((await call('PATCH', 'global/firewalls/f', { priority: 5 })).status).toBe(200);
    await clock.advance(100);
    expect((await call('GET', 'global/firewalls/f')).body).toEqual(before);
    expect((await call('DELETE', 'global/firewalls/f')).status).toBe(200);
    await clock.advance(100);
    expect((await call('GET', 'global/firewalls/f')).body).toEqual(before);
    await call('DELETE', 'global/firewalls/f');
    await clock.advance(100);
    expect((await call('GET', 'global/firewalls/f')).status).toBe(404);
  });

  it('garbage: something else answers, a page of a proxy unless told otherwise', async () => {
    const { cloud, call } = testCloud();
    cloud.setFaults([
      { match: { nth: 1 }, effect: { type: 'garbage' } },
      { match: { nth: 2 }, effect: { type: 'garbage', status: 200, body: '{"kind":' } },
    ]);
    const page = await call('POST', addresses, { name: 'a' });
    expect([page.status, page.headers['content-type']]).toEqual([502, 'text/html']);
    expect(page.text).toMatch(/^<!DOCTYPE html>/);
    const cut = await call('GET', addresses);
    expect([cut.status, cut.text]).toEqual([200, '{"kind":']);
    expect(cloud.view.addresses()).toEqual([]);
  });

  it('with a probability, the same seed hits the same calls', async () => {
    const run = async (seed: number) => {
      const { cloud, call } = testCloud({ seed });
      cloud.setFaults([{ match: { probability: 0.5 }, effect: { type: 'error', status: 500 } }]);
      const statuses: number[] = [];
      for (let at = 0; at < 32; at += 1) statuses.push((await call('GET', addresses)).status);
      return statuses;
    };
    const [one, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    expect(new Set(one)).toEqual(new Set([200, 500]));
  });
});
