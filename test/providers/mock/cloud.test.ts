import { describe, expect, it } from 'vitest';
import { type Cloud, createCloud } from '../../../providers/mock/cloud.ts';
import { cloudApi } from '../../../providers/mock/cloud-api.ts';
import type { Body } from '../../../providers/mock/cloud-rules.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import type { ResourceId } from '../../../src/graph/resource.ts';
import { virtualClock } from '../../virtual-clock.ts';

const address = { scheme: 'external', family: 'ipv4', ip: null };
const healthCheck = {
  protocol: 'tcp',
  port: 30080,
  path: null,
  intervalSeconds: 8,
  timeoutSeconds: 1,
  healthyThreshold: 1,
  unhealthyThreshold: 3,
};
const group = { zone: 'zone-a', nodes: ['node-1'] };
const backend = {
  scheme: 'external',
  healthCheck: { link: 'health-check/h' },
  groups: [{ link: 'instance-group/g' }],
  affinitySeconds: null,
};
const rule = {
  scheme: 'external',
  family: 'ipv4',
  address: { link: 'address/a' },
  ports: ['tcp/80'],
  backend: { link: 'backend-service/b' },
};
const firewall = { destination: { link: 'address/a' }, ports: ['tcp/80'], sources: ['0.0.0.0/0'] };

const balancer: readonly [ResourceId, Body][] = [
  ['address/a', address],
  ['health-check/h', healthCheck],
  ['instance-group/g', group],
  ['backend-service/b', backend],
  ['firewall/f', firewall],
  ['forwarding-rule/r', rule],
];

/** A cloud with one balancer in it. */
function furnished(): Cloud {
  const cloud = createCloud({ clock: virtualClock() });
  for (const [id, body] of balancer) cloud.insert(id, body, '');
  return cloud;
}

const failure = (code: ErrorCode, message: RegExp | string) =>
  expect.objectContaining({ name: 'PorticoError', code, message: expect.stringMatching(message) as string }) as Error;

describe('the mock cloud refuses', () => {
  const refusals: readonly [string, ErrorCode, RegExp, (cloud: Cloud) => unknown][] = [
    ['a second resource of a name', 'exists', /a already exists/, (c) => c.insert('address/a', address, '')],
    ['an unknown kind', 'invalid', /no such kind/, (c) => c.insert('router/r', {}, '')],
    ['a bad name', 'invalid', /lower case/, (c) => c.insert('address/A', address, '')],
    ['a name too long', 'invalid', /62 letters/, (c) => c.insert(`address/${'a'.repeat(64)}`, address, '')],
    ['an unknown field', 'invalid', /no field colour/, (c) => c.insert('address/b', { ...address, colour: 1 }, '')],
    ['a missing field', 'invalid', /nodes must be given/, (c) => c.insert('instance-group/i', { zone: 'z' }, '')],
    [
      'a link to nothing',
      'not-found',
      /health-check\/x does not exist/,
      (c) => c.insert('backend-service/c', { ...backend, healthCheck: { link: 'health-check/x' } }, ''),
    ],
    [
      'a change that links to nothing',
      'not-found',
      /instance-group\/x/,
      (c) => c.patch('backend-service/b', { groups: [{ link: 'instance-group/x' }] }),
    ],
    ['a change of what is not there', 'not-found', /health-check\/x/, (c) => c.patch('health-check/x', { port: 1 })],
    [
      'a change of a fixed field',
      'invalid',
      /ports cannot be changed/,
      (c) => c.patch('forwarding-rule/r', { ports: ['tcp/1'] }),
    ],
    [
      'a change to something invalid',
      'invalid',
      /sources must not be empty/,
      (c) => c.patch('firewall/f', { sources: [] }),
    ],
    [
      'a firewall open to nobody',
      'invalid',
      /sources/,
      (c) => c.insert('firewall/g', { ...firewall, sources: [] }, ''),
    ],
    [
      'a probe that overlaps the next',
      'invalid',
      /timeoutSeconds must not exceed/,
      (c) => c.patch('health-check/h', { timeoutSeconds: 9 }),
    ],
    ['a path without http', 'invalid', /path goes with http/, (c) => c.patch('health-check/h', { path: '/' })],
    ['to delete a used address', 'in-use', /used by (firewall\/f|forwarding-rule\/r)/, (c) => c.remove('address/a')],
    ['to delete a used health check', 'in-use', /used by backend-service\/b/, (c) => c.remove('health-check/h')],
    ['to delete a used group', 'in-use', /used by backend-service\/b/, (c) => c.remove('instance-group/g')],
    ['to delete what is not there', 'not-found', /does not exist/, (c) => c.remove('address/x')],
    [
      'an address that is taken',
      'conflict',
      /reserved as address\/a/,
      (c) => c.insert('address/b', { ...address, ip: '203.0.113.1' }, ''),
    ],
    [
      'an address from elsewhere',
      'invalid',
      /not among the external\/ipv4/,
      (c) => c.insert('address/b', { ...address, ip: '192.0.2.1' }, ''),
    ],
    [
      'two rules on one port',
      'conflict',
      /r already listens on 203.0.113.1 tcp\/80/,
      (c) => c.insert('forwarding-rule/s', { ...rule, ports: ['udp/80', 'tcp/80'] }, ''),
    ],
    [
      'a rule of another scheme than its address',
      'invalid',
      /not an address of internal\/ipv4/,
      (c) => c.insert('forwarding-rule/s', { ...rule, scheme: 'internal' }, ''),
    ],
    [
      'a rule on an address that nobody reserved',
      'not-found',
      /203.0.113.9 is not reserved/,
      (c) => c.insert('forwarding-rule/s', { ...rule, address: { ip: '203.0.113.9' } }, ''),
    ],
  ];

  it.each(refusals)('%s', (_title, code, message, act) => {
    const cloud = furnished();
    const before = new Map(cloud.records);
    expect(() => act(cloud)).toThrow(failure(code, message));
    expect(cloud.records).toEqual(before);
  });
});

describe('addresses', () => {
  const reserve = (cloud: Cloud, name: string, body: Body = address): string | null => {
    cloud.insert(`address/${name}`, body, '');
    return cloud.records.get(`address/${name}`)?.ip ?? null;
  };

  it('are given out one after the other, a released one last', () => {
    const cloud = createCloud({ clock: virtualClock(), pools: { 'external/ipv4': '203.0.113.0/29' } });
    expect([1, 2, 3].map((n) => reserve(cloud, `a${n}`))).toEqual(['203.0.113.1', '203.0.113.2', '203.0.113.3']);
    cloud.remove('address/a1');
    expect([4, 5, 6, 7].map((n) => reserve(cloud, `a${n}`))).toEqual([
      '203.0.113.4',
      '203.0.113.5',
      '203.0.113.6',
      '203.0.113.1',
    ]);
    expect(() => reserve(cloud, 'a8')).toThrow(failure('quota', /All 6 addresses of 203.0.113.0\/29 are in use/));
  });

  it('exist per scheme and family, as far as there are pools', () => {
    const cloud = createCloud({ clock: virtualClock() });
    const get = (scheme: string, family: string) => reserve(cloud, `${scheme}-${family}`, { scheme, family, ip: null });
    expect(get('external', 'ipv6')).toBe('2001:db8:1::1');
    expect(get('internal', 'ipv4')).toBe('10.128.0.1');
    expect(get('internal', 'ipv6')).toBe('fd20:db8::1');
    const poor = createCloud({ clock: virtualClock(), pools: {} });
    expect(() => reserve(poor, 'a')).toThrow(failure('unsupported', /no external\/ipv4/));
  });

  it('stay with a rule whose reservation is lost, are not given out, and can be reserved again', () => {
    const cloud = furnished();
    cloud.lose('address/a');
    expect(cloud.records.get('forwarding-rule/r')?.ip).toBe('203.0.113.1');
    expect(reserve(cloud, 'b')).toBe('203.0.113.2');
    expect(reserve(cloud, 'a', { ...address, ip: '203.0.113.1' })).toBe('203.0.113.1');
  });

  it.each(['203.0.113.1/24', '203.0.113.0/32', '2001:db8::1/64'])('cannot come from %s', (cidr) => {
    expect(() => createCloud({ clock: virtualClock(), pools: { 'external/ipv4': cidr } })).toThrow(
      failure('invalid', /cannot be a pool/),
    );
  });
});

describe('operations', () => {
  it('hold their resource, and what it links to, until they are done', async () => {
    const clock = virtualClock();
    const cloud = createCloud({ clock, latencyMs: 100 });
    const creation = cloud.insert('health-check/h', healthCheck, '');
    const busy = failure('in-use', /is being changed by operation-1/);
    expect(() => cloud.patch('health-check/h', { port: 2 })).toThrow(busy);
    expect(() => cloud.remove('health-check/h')).toThrow(busy);
    expect(() => cloud.insert('backend-service/b', { ...backend, groups: [] }, '')).toThrow(busy);
    await clock.run(cloud.finished(creation));
    expect(clock.monotonic()).toBe(100);

    await clock.run(cloud.finished(cloud.insert('health-check/i', healthCheck, '')));
    await clock.run(cloud.finished(cloud.insert('backend-service/b', { ...backend, groups: [] }, '')));
    const change = cloud.patch('backend-service/b', { healthCheck: { link: 'health-check/i' } });
    expect(() => cloud.remove('health-check/h')).toThrow(failure('in-use', /used by backend-service\/b/));
    expect(() => cloud.remove('health-check/i')).toThrow(failure('in-use', /used by backend-service\/b/));
    await clock.run(cloud.finished(change));
    await clock.run(cloud.finished(cloud.remove('health-check/h')));
    expect([...cloud.records.keys()]).toEqual(['health-check/i', 'backend-service/b']);
  });

  it('do not bring back what was lost meanwhile', async () => {
    const clock = virtualClock();
    const cloud = createCloud({ clock, latencyMs: 100 });
    const creation = cloud.insert('address/a', address, '');
    cloud.lose('address/a');
    await clock.run(cloud.finished(creation));
    expect(cloud.records.size).toBe(0);
  });
});

describe('calls', () => {
  const signal = (): AbortSignal => new AbortController().signal;

  it('beyond the limit are throttled, and told when to come back', async () => {
    const clock = virtualClock();
    const api = cloudApi(furnished(), { clock, limit: { perSecond: 10, burst: 2 } });
    await api.list('address', signal());
    await api.list('address', signal());
    await expect(api.list('address', signal())).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 100 });
    await clock.advance(100);
    await expect(api.list('address', signal())).resolves.toHaveLength(1);
  });

  it.each(['before', 'after'] as const)('can be made to fail %s their work', async (when) => {
    const cloud = furnished();
    const api = cloudApi(cloud, { clock: virtualClock() });
    let call = 0;
    api.intercept(() => {
      call += 1;
      return call === 2 ? { when, code: 'transient' } : undefined;
    });
    await api.get('firewall/f', signal());
    await expect(api.remove('firewall/f', signal())).rejects.toMatchObject({ code: 'transient' });
    expect(cloud.records.has('firewall/f')).toBe(when === 'before');
    await expect(api.get('forwarding-rule/r', signal())).resolves.toBeDefined();
  });

  it('stop waiting when aborted, while the operation goes on', async () => {
    const clock = virtualClock();
    const cloud = createCloud({ clock, latencyMs: 100 });
    const api = cloudApi(cloud, { clock });
    const abort = new AbortController();
    const creation = await api.insert('address/a', address, '', abort.signal);
    const waiting = api.wait(creation, abort.signal).catch((error: unknown) => error);
    abort.abort(new Error('the lease is lost'));
    expect(await waiting).toMatchObject({ code: 'aborted' });
    await expect(api.list('address', abort.signal)).rejects.toMatchObject({ code: 'aborted' });
    await clock.advance(100);
    expect(cloud.records.get('address/a')?.operation).toBeNull();
  });
});
