import { afterEach, describe, expect, test } from 'vitest';
import { createKubeApi, type KubeApi, type KubeFaultRule, startKubeApiServer } from '../../../mocks/index.ts';
import { virtualClock } from '../../virtual-clock.ts';
import { ask, textOfAnswer } from './ask.ts';

const services = '/api/v1/namespaces/default/services';
const service = (name: string) => ({ metadata: { name }, spec: { ports: [{ port: 80 }] } });
const plant = (api: KubeApi, rules: unknown) => ask(api, 'POST', '/_portico/faults', rules);
const namesIn = async (api: KubeApi): Promise<string[]> => {
  const list = JSON.parse(textOfAnswer(await ask(api, 'GET', services))) as { items: { metadata: { name: string } }[] };
  return list.items.map(({ metadata }) => metadata.name);
};
const rule = (method: string, effect: KubeFaultRule['effect'], match: KubeFaultRule['match'] = {}): KubeFaultRule => ({
  match: { method, ...match },
  effect,
});

describe('without sockets', () => {
  const clock = virtualClock();
  const apis: KubeApi[] = [];
  const start = (): KubeApi => {
    const api = createKubeApi({ clock, seed: 1 });
    apis.push(api);
    return api;
  };
  afterEach(() => {
    for (const api of apis.splice(0)) api.close();
  });

  test('an error is a Status with reason and Retry-After, at the nth call only, and does no work', async () => {
    const api = start();
    await plant(api, [rule('services.create', { type: 'error', status: 429, retryAfterSeconds: 3 }, { nth: 2 })]);
    expect((await ask(api, 'POST', services, service('a'))).status).toBe(201);
    const refused = await ask(api, 'POST', services, service('b'));
    expect(refused.status).toBe(429);
    expect(refused.headers['Retry-After']).toBe('3');
    expect(JSON.parse(textOfAnswer(refused))).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Fault: HTTP 429.',
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 3 },
      code: 429,
    });
    expect((await ask(api, 'POST', services, service('c'))).status).toBe(201);
    expect(await namesIn(api)).toEqual(['a', 'c', 'kubernetes']);
  });

  test.each([
    { when: 'before' as const, left: ['kubernetes'] },
    { when: 'after' as const, left: ['a', 'kubernetes'] },
  ])('a call dropped $when its work leaves $left', async ({ when, left }) => {
    const api = start();
    await plant(api, [rule('services.create', { type: 'drop', when })]);
    await expect(ask(api, 'POST', services, service('a'))).rejects.toThrow(/dropped/);
    expect(await namesIn(api)).toEqual(left);
  });

  test.each(['before', 'after'] as const)('a call stalled %s its work ends when its caller leaves', async (when) => {
    const api = start();
    await plant(api, [rule('services.create', { type: 'stall', when })]);
    const leaving = new AbortController();
    const answer = ask(api, 'POST', services, service('a'), { signal: leaving.signal });
    await clock.settle();
    expect(await namesIn(api)).toContain('kubernetes');
    leaving.abort(new Error('the caller left'));
    await expect(answer).rejects.toThrow('the caller left');
    expect((await namesIn(api)).includes('a')).toBe(when === 'after');
  });

  test('a delay waits on the clock, a proxy answers with a page', async () => {
    const api = start();
    await plant(api, [rule('services/status.patch', { type: 'garbage' }), rule('*.list', { type: 'delay', ms: 5000 })]);
    const began = clock.monotonic();
    expect((await clock.run(ask(api, 'GET', services))).status).toBe(200);
    expect(clock.monotonic() - began).toBe(5000);
    const page = await ask(api, 'PATCH', `${services}/kubernetes/status`, {});
    expect([page.status, page.headers['Content-Type']]).toEqual([502, 'text/html']);
  });

  test.each([
    ['leader-changed', 'before', 'etcdserver: leader changed'],
    ['no-leader', 'before', 'etcdserver: no leader'],
    ['timeout', 'after', 'etcdserver: request timed out'],
  ] as const)('etcd says %s: a 500 without a reason, %s the work', async (problem, when, message) => {
    const api = start();
    await plant(api, [rule('services.create', { type: 'etcd', problem, when })]);
    const answer = await ask(api, 'POST', services, service('a'));
    expect(JSON.parse(textOfAnswer(answer))).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      code: 500,
    });
    expect((await namesIn(api)).includes('a')).toBe(when === 'after');
  });

  test('an overload is refused in plain text, with Retry-After', async () => {
    const api = start();
    await plant(api, [rule('services.*', { type: 'overload' }, { times: 1 })]);
    const refused = await ask(api, 'GET', `${services}?watch=true`);
    expect([refused.status, refused.headers['Retry-After']]).toEqual([429, '1']);
    expect(refused.headers['Content-Type']).toBe('text/plain; charset=utf-8');
    expect(textOfAnswer(refused)).toBe('Too many requests, please try again later.\n');
    expect(await namesIn(api)).toEqual(['kubernetes']);
  });

  test('a watch is dropped after its first events', async () => {
    const api = start();
    await plant(api, [rule('services.watch', { type: 'drop', when: 'after' })]);
    const answer = await ask(api, 'GET', `${services}?watch=true`);
    const { body } = answer;
    if (body === undefined || body instanceof Uint8Array) throw new Error('no stream');
    const lines: string[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of body) lines.push(new TextDecoder().decode(chunk));
    };
    await expect(read()).rejects.toThrow(/dropped/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"ADDED"');
  });

  test('rules are shown, replaced and taken away; wrong ones are refused and change nothing', async () => {
    const api = start();
    const rules = [rule('services.*', { type: 'error', status: 500 })];
    await plant(api, rules);
    const shown = async (): Promise<unknown> => JSON.parse(textOfAnswer(await ask(api, 'GET', '/_portico/faults')));
    expect(await shown()).toEqual({ rules });
    const operation = { type: 'fail-operation', code: 'X', message: 'x', httpStatus: 400 };
    for (const wrong of ['no json', [{ effect: { type: 'explode' } }], [{ effect: operation }]]) {
      expect((await plant(api, wrong)).status).toBe(400);
    }
    expect(await shown()).toEqual({ rules });
    await ask(api, 'DELETE', '/_portico/faults');
    expect(await shown()).toEqual({ rules: [] });
    expect((await ask(api, 'GET', services)).status).toBe(200);
  });
});

test('over HTTP a drop cuts the connection', async () => {
  const server = await startKubeApiServer({ seed: 1 });
  try {
    const rules = [
      rule('services.create', { type: 'drop', when: 'after' }, { nth: 1 }),
      rule('services.watch', { type: 'drop', when: 'after' }),
    ];
    await fetch(`${server.url}/_portico/faults`, { method: 'POST', body: JSON.stringify(rules) });
    const create = (name: string) =>
      fetch(`${server.url}${services}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(service(name)),
      });
    await expect(create('a')).rejects.toThrow('fetch failed');
    expect((await create('a')).status).toBe(409);
    const watch = await fetch(`${server.url}${services}?watch=true`);
    expect(watch.status).toBe(200);
    await expect(watch.text()).rejects.toThrow('terminated');
  } finally {
    await server.close();
  }
});
