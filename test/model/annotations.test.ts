import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudOptions, isOptionKey, optionOf, readOptions } from '../../src/model/annotations.ts';
import { type Option, optionPrefix, options } from '../../src/model/options.ts';

const own = (given: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, text]) => [`${optionPrefix}${name}`, text]));

describe('an option', () => {
  it.each([
    ['scheme', 'internal', 'internal'],
    ['scheme', ' External ', 'external'],
    ['source-ranges', '10.0.0.0/8', ['10.0.0.0/8']],
    ['source-ranges', ' 10.0.0.0/8 ,2001:db8::/32', ['10.0.0.0/8', '2001:db8::/32']],
    ['static-address', 'web-ip', 'web-ip'],
    ['static-address', 'web-v4 , web-v6', 'web-v4,web-v6'],
    ['address-policy', 'hold', 'hold'],
    ['allow-address-change', 'TRUE', true],
    ['allow-address-change', 'false', false],
    ['health-check', 'proxy', 'proxy'],
    ['health-check-interval', '300', 300],
    ['health-check-timeout', ' 5 ', 5],
    ['health-check-healthy-threshold', '1', 1],
    ['health-check-unhealthy-threshold', '10', 10],
    ['network-tier', 'Standard', 'standard'],
    ['global-access', 'true', true],
    ['subnet', 'a', 'a'],
    ['subnet', `a${'b'.repeat(62)}`, `a${'b'.repeat(62)}`],
    ['resource-labels', 'team=web', { team: 'web' }],
    ['resource-labels', 'team=web, cost_centre=0-7,empty=', { cost_centre: '0-7', empty: '', team: 'web' }],
    ['resource-labels', 'my-portico-=x', { 'my-portico-': 'x' }],
    ['connection-draining', '0', 0],
    ['connection-draining', '3600', 3600],
    ['node-port-firewall', 'true', true],
    ['weights', 'pods-per-node', 'pods-per-node'],
  ])('%s reads %j', (name, text, value) => {
    expect(readOptions(own({ [name]: text }))).toEqual({ options: { [name]: value }, problems: [] });
  });

  it.each([
    ['scheme', '', 'one of external, internal'],
    ['scheme', 'intern', 'one of external, internal'],
    ['source-ranges', '', '"" is none'],
    ['source-ranges', '10.0.0.0/8,10.0.0.1', '"10.0.0.1" is none'],
    ['source-ranges', '10.0.0.0/8,', '"" is none'],
    ['static-address', 'Web', 'lower-case letters'],
    ['static-address', '34.1.2.3', 'lower-case letters'],
    ['static-address', 'a,b,c', 'at most two names'],
    ['static-address', 'a,', 'lower-case letters'],
    ['address-policy', 'keep', 'one of reserve, hold'],
    ['allow-address-change', 'yes', 'one of true, false'],
    ['health-check', 'http', 'one of node-port, proxy'],
    ['health-check-interval', '0', 'whole number from 1 to 300'],
    ['health-check-interval', '301', 'whole number from 1 to 300'],
    ['health-check-timeout', '1.5', 'whole number from 1 to 300'],
    ['health-check-timeout', '5s', 'whole number from 1 to 300'],
    ['health-check-timeout', '', 'whole number from 1 to 300'],
    ['health-check-healthy-threshold', '-1', 'whole number from 1 to 10'],
    ['health-check-unhealthy-threshold', '0x5', 'whole number from 1 to 10'],
    ['health-check-unhealthy-threshold', '1e1', 'whole number from 1 to 10'],
    ['network-tier', 'gold', 'one of premium, standard'],
    ['global-access', '1', 'one of true, false'],
    ['subnet', `a${'b'.repeat(63)}`, 'at most 63 characters'],
    ['subnet', 'a-', 'lower-case letters'],
    ['subnet', 'projects/p/regions/r/subnetworks/s', 'lower-case letters'],
    ['resource-labels', '', 'key=value pairs'],
    ['resource-labels', 'team', 'key=value pairs'],
    ['resource-labels', 'a=b=c', 'key=value pairs'],
    ['resource-labels', 'Team=web', 'key=value pairs'],
    ['resource-labels', 'team=a,b=c,team=d', 'must not have the key team twice'],
    ['resource-labels', 'team=Web', 'key=value pairs'],
    ['resource-labels', 'team=web!', 'key=value pairs'],
    ['resource-labels', 'team=web,portico-owner=me', 'must not have the key portico-owner'],
    ['resource-labels', `${'k'.repeat(64)}=v`, 'key=value pairs'],
    ['resource-labels', Array.from({ length: 65 }, (_, n) => `k${n}=v`).join(','), 'at most 64 pairs'],
    ['connection-draining', '3601', 'whole number from 0 to 3600'],
    ['weights', 'equal', 'one of none, pods-per-node'],
  ])('%s refuses %j, and says what it takes', (name, text, says) => {
    const { options: read, problems } = readOptions(own({ [name]: text }));
    expect(read).toEqual({});
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`the annotation ${optionPrefix}${name} must `);
    expect(problems[0]).toContain(says);
    expect(problems[0]?.split(JSON.stringify(text))).toHaveLength(2);
  });

  it('names every problem, not the first alone', () => {
    const { options: read, problems } = readOptions(own({ scheme: 'x', weights: 'y', subnet: 'ok', wieghts: 'z' }));
    expect(read).toEqual({ subnet: 'ok' });
    expect(problems.map((problem) => problem.split(' ')[2])).toEqual([
      'portico.dev/scheme',
      'portico.dev/weights',
      'portico.dev/wieghts',
    ]);
  });
});

describe('a key with our prefix that is not known', () => {
  it.each([
    ['shceme', 'did you mean portico.dev/scheme?'],
    ['Scheme', 'did you mean portico.dev/scheme?'],
    ['source-range', 'did you mean portico.dev/source-ranges?'],
    ['healthcheck', 'did you mean portico.dev/health-check?'],
    ['colour', 'remove it'],
    ['', 'remove it'],
    // What every object of JavaScript has is no option.
    ['constructor', 'remove it'],
    ['toString', 'remove it'],
  ])('%j is a problem: %s', (name, hint) => {
    const { options: read, problems } = readOptions(own({ [name]: 'true' }));
    expect(read).toEqual({});
    expect(problems).toEqual([`the annotation portico.dev/${name} is not known; ${hint}`]);
  });

  it('does not concern keys of others', () => {
    const others = { 'portico.devel/scheme': 'x', 'example.com/scheme': 'x', scheme: 'x', 'networking.gke.io/x': 'y' };
    expect(readOptions(others)).toEqual({ options: {}, problems: [] });
  });
});

describe("a key of GKE's", () => {
  it.each([
    ['networking.gke.io/load-balancer-type', 'Internal', { scheme: 'internal' }],
    ['networking.gke.io/load-balancer-type', 'External', { scheme: 'external' }],
    ['networking.gke.io/load-balancer-type', '', {}],
    ['networking.gke.io/load-balancer-type', ' ', {}],
    ['networking.gke.io/load-balancer-type', ' Internal ', { scheme: 'internal' }],
    ['cloud.google.com/load-balancer-type', 'internal', { scheme: 'internal' }],
    ['service.beta.kubernetes.io/load-balancer-source-ranges', '10.0.0.0/8', { 'source-ranges': ['10.0.0.0/8'] }],
    ['service.beta.kubernetes.io/load-balancer-source-ranges', ' ', {}],
    ['networking.gke.io/load-balancer-ip-addresses', 'web-v4,web-v6', { 'static-address': 'web-v4,web-v6' }],
    ['cloud.google.com/network-tier', 'Standard', { 'network-tier': 'standard' }],
    ['networking.gke.io/internal-load-balancer-allow-global-access', 'true', { 'global-access': true }],
    ['networking.gke.io/load-balancer-subnet', 'inner', { subnet: 'inner' }],
    ['networking.gke.io/internal-load-balancer-subnet', 'inner', { subnet: 'inner' }],
    ['networking.gke.io/weighted-load-balancing', 'pods-per-node', { weights: 'pods-per-node' }],
  ])('%s: %j is understood', (key, text, read) => {
    expect(readOptions({ [key]: text })).toEqual({ options: read, problems: [] });
    expect(isOptionKey(key)).toBe(true);
  });

  it('with a value it does not take is a problem under its own name, as it was written', () => {
    const { problems } = readOptions({ 'cloud.google.com/load-balancer-type': 'Intranet' });
    expect(problems).toEqual([
      'the annotation cloud.google.com/load-balancer-type must be one of external, internal, and is "Intranet"',
    ]);
  });

  it('gives way to ours, even to a bad one', () => {
    const gke = { 'networking.gke.io/load-balancer-type': 'Internal' };
    expect(readOptions({ ...gke, 'portico.dev/scheme': 'external' }).options).toEqual({ scheme: 'external' });
    expect(readOptions({ ...gke, 'portico.dev/scheme': '' }).problems).toHaveLength(1);
  });

  it('gives way to the newer of two, unless that says nothing', () => {
    const older = { 'cloud.google.com/load-balancer-type': 'Internal' };
    const newer = 'networking.gke.io/load-balancer-type';
    expect(readOptions({ ...older, [newer]: 'External' }).options).toEqual({ scheme: 'external' });
    expect(readOptions({ ...older, [newer]: '' }).options).toEqual({ scheme: 'internal' });
  });
});

it('hands to clouds the options that only clouds read', () => {
  const read = readOptions(own({ scheme: 'internal', subnet: 'inner', 'connection-draining': '9' })).options;
  expect(cloudOptions(read)).toEqual({ subnet: 'inner', 'connection-draining': 9 });
});

it.each([
  ['portico.dev/scheme', true],
  ['portico.dev/not-known', true],
  ['kubectl.kubernetes.io/restartedAt', false],
  ['example.com/portico.dev/', false],
])('isOptionKey(%j) is %j', (key, expected) => {
  expect(isOptionKey(key)).toBe(expected);
});

it('never throws, and every text of an option is either read or a problem', () => {
  const names = fc.constantFrom(...Object.keys(options));
  fc.assert(
    fc.property(fc.dictionary(names, fc.string({ maxLength: 40 })), (given) => {
      const { options: read, problems } = readOptions(own(given));
      expect(Object.keys(read).length + problems.length).toBe(Object.keys(given).length);
    }),
  );
});

it('no key means two options', () => {
  const keys = Object.entries<Option>(options).flatMap(([name, { aliases }]) => [
    `${optionPrefix}${name}`,
    ...aliases.map(({ key }) => key),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
});

it('labels stand in the order of their keys, and 64 of them are taken', () => {
  const labels = (text: string) =>
    Object.keys(readOptions(own({ 'resource-labels': text })).options['resource-labels'] ?? {});
  expect(labels('b=1,a=2,c=3')).toEqual(['a', 'b', 'c']);
  expect(labels('c=1,b=2,a=3')).toEqual(['a', 'b', 'c']);
  expect(labels(Array.from({ length: 64 }, (_, n) => `k${n}=v`).join(','))).toHaveLength(64);
});

describe('one option by itself', () => {
  it.each([
    ['not given', {}, undefined],
    ['ours', { 'portico.dev/scheme': 'internal' }, 'internal'],
    ["GKE's", { 'networking.gke.io/load-balancer-type': 'Internal' }, 'internal'],
    ["GKE's, which says nothing", { 'networking.gke.io/load-balancer-type': '' }, undefined],
    ['with a bad one beside it', { 'portico.dev/scheme': 'internal', 'portico.dev/weights': 'x' }, 'internal'],
  ])('%s', (_title, annotations, expected) => {
    expect(optionOf('scheme', annotations, 'Service shop/web')).toBe(expected);
  });

  it('that cannot be read is refused, with the object and the reason', () => {
    expect(() => optionOf('scheme', { 'portico.dev/scheme': 'x' }, 'Service shop/web')).toThrow(
      expect.objectContaining({
        code: 'invalid',
        object: 'Service shop/web',
        message: 'Service shop/web: the annotation portico.dev/scheme must be one of external, internal, and is "x".',
      }),
    );
  });
});
