import { describe, expect, it } from 'vitest';
import { portsError } from '../../src/model/service-intent.ts';
import { http, read, refusal, service } from './web-service.ts';

it('a port that cannot be served leaves the others be, and is told with what to do', () => {
  const { intent, unserved } = read({ spec: { ports: [http, { port: 9, protocol: 'SCTP' }] } });
  expect(intent.listeners.map(({ port }) => port)).toEqual([80]);
  expect(unserved).toMatchObject([{ port: 9, protocol: 'SCTP' }]);
  expect(unserved[0]?.why).toMatch(/^port 9 asks for SCTP.*remove the port$/);
  const told = portsError(service({}), unserved);
  expect(told).toMatchObject({ code: 'unsupported', object: 'Service shop/web' });
  expect(told?.message).toMatch(/^Service shop\/web: port 9 asks for SCTP.*remove the port\.$/);
  expect(portsError(service({}), [])).toBeUndefined();
});

it('a message names every problem, and ends as its last one does', () => {
  const [range, ip] = ['10.0.0.0', 'x'];
  expect(refusal({ spec: { loadBalancerSourceRanges: [range], loadBalancerIP: ip } }).message).toBe(
    'Service shop/web: spec.loadBalancerSourceRanges has "10.0.0.0", which is no CIDR such as 10.0.0.0/8; ' +
      'spec.loadBalancerIP is "x", which is no IP address.',
  );
  expect(refusal({ annotations: { 'portico.dev/schema': 'internal' } }).message).toMatch(/portico\.dev\/scheme\?$/);
});

describe('what cannot be', () => {
  it.each([
    [
      'SCTP',
      { ports: [{ ...http, protocol: 'SCTP' }] },
      {},
      'unsupported',
      ['port 80 asks for SCTP', 'only TCP and UDP'],
    ],
    ['no ports', { ports: [] }, {}, 'invalid', ['no ports']],
    ['a bad range', { loadBalancerSourceRanges: ['10.0.0.0'] }, {}, 'invalid', ['"10.0.0.0"', 'no CIDR such as']],
    [
      'a bad range of the family it does not have',
      { loadBalancerSourceRanges: ['10.0.0.0/8', '2001:db8::/129'] },
      {},
      'invalid',
      ['"2001:db8::/129"'],
    ],
    ['a bad range by annotation', {}, { 'portico.dev/source-ranges': 'all' }, 'invalid', ['"all" is none']],
    ['a host name for an IP', { loadBalancerIP: 'web.example.com' }, {}, 'invalid', ['"web.example.com"', 'no IP']],
    [
      'an IP of a family it does not have',
      { loadBalancerIP: '2001:db8::1' },
      {},
      'invalid',
      ['2001:db8::1', 'spec.ipFamilies'],
    ],
    [
      'a timeout above the default interval',
      {},
      { 'portico.dev/health-check-timeout': '9' },
      'invalid',
      ['timeout of 9 s', 'interval of 8 s', 'portico.dev/health-check-interval'],
    ],
    [
      'two things of which one is wrong and one not to be had',
      { loadBalancerIP: 'x', ports: [{ port: 80, protocol: 'SCTP' }] },
      {},
      'invalid',
      ['"x"', 'SCTP'],
    ],
  ])('%s is refused with the Service and the reason', (_title, spec, annotations, code, says) => {
    const error = refusal({ spec, annotations });
    expect(error.code).toBe(code);
    expect(error.object).toBe('Service shop/web');
    expect(error.message).toMatch(/^Service shop\/web: .*[^.]\.$/);
    for (const text of says) expect(error.message).toContain(text);
  });

  it('a misspelt scheme never opens a balancer to the internet', () => {
    expect(refusal({ annotations: { 'portico.dev/schema': 'internal' } }).message).toContain('portico.dev/scheme?');
  });
});
