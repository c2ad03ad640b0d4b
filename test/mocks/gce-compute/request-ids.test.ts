import { describe, expect, it } from 'vitest';
import { messageOf, outcomeOf, testCloud } from './cloud-client.ts';
import { region } from './load-balancer.ts';

const uuid = (tail: number) => `1b4e28ba-2fa1-41d2-883f-${String(tail).padStart(12, '0')}`;

describe('requestId', () => {
  it('makes the same call again the same operation, done or not', async () => {
    const { clock, cloud, call } = testCloud({ operationLatencyMs: 100 });
    const insert = () => call('POST', `${region}/addresses?requestId=${uuid(1)}`, { name: 'a' });
    const first = await insert();
    const again = await insert();
    expect(again.body).toEqual(first.body);
    await clock.advance(100);
    const late = await insert();
    expect(late.body).toMatchObject({ name: first.body['name'], status: 'DONE', clientOperationId: uuid(1) });
    expect(cloud.view.addresses()).toHaveLength(1);
  });

  it('is remembered over the life of the resource: a deletion asked for again does not hit its successor', async () => {
    const { cloud, call } = testCloud();
    const remove = () => call('DELETE', `${region}/addresses/a?requestId=${uuid(2)}`);
    await call('POST', `${region}/addresses`, { name: 'a' });
    const first = await remove();
    await call('POST', `${region}/addresses`, { name: 'a' });
    expect((await remove()).body).toEqual(first.body);
    expect(cloud.view.addresses()).toHaveLength(1);
  });

  it('of a refused call is free again', async () => {
    const { call } = testCloud();
    const insert = (name: string) => call('POST', `${region}/addresses?requestId=${uuid(3)}`, { name });
    expect((await insert('Not A Name')).status).toBe(400);
    expect((await insert('a')).status).toBe(200);
  });

  it.each([
    ['of another call', 'POST', `global/firewalls?requestId=${uuid(1)}`],
    ['of another region', 'POST', `regions/europe-west1/addresses?requestId=${uuid(1)}`],
    ['that is no UUID', 'POST', `${region}/addresses?requestId=1`],
    ['that is the zero UUID', 'POST', `${region}/addresses?requestId=00000000-0000-0000-0000-000000000000`],
  ])('%s is refused', async (_what, method, path) => {
    const { call } = testCloud({ zones: ['us-central1-a', 'europe-west1-b'] });
    await call('POST', `${region}/addresses?requestId=${uuid(1)}`, { name: 'a' });
    const refused = await call(method, path, {
      name: 'b',
      ...(path.includes('firewalls') ? { allowed: [{ IPProtocol: 'tcp' }] } : {}),
    });
    expect(outcomeOf(refused)).toBe('400 invalid');
    expect(messageOf(refused)).toMatch(/^Invalid value for field 'requestId'/);
  });
});
