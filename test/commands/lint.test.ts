import fc from 'fast-check';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOptions } from '../../src/model/annotations.ts';
import { optionPrefix, options } from '../../src/model/options.ts';
import { runProgram } from '../../src/program.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('portico lint', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-lint-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const lint = async (manifests: readonly unknown[], ...args: string[]): Promise<Ended> => {
    const file = join(folder, 'manifests.yaml');
    await writeFile(file, manifests.map((each) => JSON.stringify(each)).join('\n---\n'));
    const out: string[] = [];
    const err: string[] = [];
    const code = await runProgram(['node', 'portico', 'lint', '-f', file, ...args], {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      env: {},
      interactive: false,
      signal: new AbortController().signal,
    });
    return { code, out: out.join('').replaceAll(file, 'FILE'), err: err.join('') };
  };
  const service = (spec: object, annotations: Record<string, string> = {}): object => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', annotations },
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }], ...spec },
  });

  it('says nothing of what is right, and passes over other kinds', async () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } };
    expect(await lint([pod, service({}), { apiVersion: 'v1', kind: 'ServiceList', items: [service({})] }])).toEqual({
      code: 0,
      out: '2 Services checked: 0 errors, 0 warnings.\n',
      err: '',
    });
    expect((await lint([pod])).err).toMatch(/There is no Service in/);
  });

  it.each<[string, object, RegExp]>([
    ['a misspelt option', service({}, { 'portico.dev/shceme': 'internal' }), /did you mean portico\.dev\/scheme\?/],
    [
      'a misspelt field',
      service({ loadBalancerIp: '1.2.3.4' }),
      /spec\.loadBalancerIp .*did you mean loadBalancerIP\?/,
    ],
    [
      'a value that no option takes',
      service({}, { 'portico.dev/scheme': 'outside' }),
      /must be one of external, internal/,
    ],
    ['weights without Local', service({}, { 'portico.dev/weights': 'pods-per-node' }), /FILE: error: .*Local/],
    [
      'what the cloud cannot do',
      service({ ports: [{ port: 80, protocol: 'SCTP' }] }),
      /only TCP and UDP can be balanced/,
    ],
    ['an address of a family it does not have', service({ loadBalancerIP: '2001:db8::1' }), /does not have its family/],
  ])('%s is an error', async (_title, manifest, message) => {
    const { code, out } = await lint([manifest]);
    expect(out).toMatch(message);
    expect(out).toMatch(/1 Service checked: [1-9]\d* errors?, 0 warnings\.\n$/);
    expect(code).toBe(1);
  });

  it('tells everything at once, and of every type', async () => {
    const { out } = await lint([
      service(
        { loadBalancerSourceRange: [] },
        { 'portico.dev/adress-policy': 'hold', 'portico.dev/health-check': 'x' },
      ),
      service({ type: 'NodePort' }, { 'portico.dev/node-port-firewal': 'true' }),
    ]);
    expect(out).toMatch(/did you mean loadBalancerSourceRanges/);
    expect(out).toMatch(/did you mean portico\.dev\/address-policy/);
    expect(out).toMatch(/portico\.dev\/health-check must be one of node-port, proxy/);
    expect(out).toMatch(/Service default\/web: .*did you mean portico\.dev\/node-port-firewall\?/);
    expect(out).toMatch(/2 Services checked: 4 errors/);
  });

  const told = async (manifest: unknown): Promise<readonly string[]> => {
    const { out } = await lint([manifest], '-o', 'json');
    const found = JSON.parse(out) as readonly Record<'severity' | 'path' | 'message', string>[];
    return found.map(({ severity, path, message }) => `${severity} ${path} ${message}`);
  };

  it.each<[string, unknown, RegExp]>([
    [
      'metadata.annotation',
      { metadata: { name: 'a', annotation: {} } },
      /^error metadata\.annotation .*annotations\?$/,
    ],
    ['metadata.namespce', { metadata: { name: 'a', namespce: 'x' } }, /^error metadata\.namespce .*namespace\?$/],
    ['a bad name', { metadata: { name: 'bad_name' } }, /^error metadata\.name must be at most 63/],
    ['a misspelt prefix', service({}, { 'portco.dev/scheme': 'internal' }), /did you mean portico\.dev\/scheme\?$/],
    ['a misspelt key of GKE', service({}, { 'cloud.google.com/network-teir': 'Standard' }), /network-tier\?$/],
    ['an option as a label', { metadata: { name: 'a', labels: { 'portico.dev/scheme': 'internal' } } }, /no label/],
    [
      'a key of GKE that does nothing',
      service({}, { 'cloud.google.com/l4-rbs': 'enabled' }),
      /^warning .*does nothing/,
    ],
    ['a misspelt kind', { kind: 'Servce' }, /^error kind is no kind of v1; did you mean Service\?$/],
    ['a kind that is none', { kind: 'Zebra' }, /^error kind is no kind of v1$/],
    ['a Service of no API', { apiVersion: 'v2' }, /^error apiVersion is "v2", and that of a Service is v1$/],
    ['a Service of another group', { apiVersion: 'apps/v1' }, /^error apiVersion/],
    ['annotations beside metadata', { annotations: {} }, /^error annotations .*it belongs in metadata$/],
    [
      'a range that is none, once',
      service({}, { 'portico.dev/source-ranges': '10.0.0.0/33' }),
      /; "10\.0\.0\.0\/33" is none$/,
    ],
  ])('%s is told', async (_title, change, message) => {
    const found = await told({ ...service({}), ...(change as object) });
    expect(found).toEqual([expect.stringMatching(message)]);
  });

  it.each<[string, object, Record<string, string>, readonly RegExp[]]>([
    [
      'the weaker of two keys',
      {},
      { 'portico.dev/scheme': 'internal', 'networking.gke.io/load-balancer-type': 'Internal' },
      [/gke\.io\/load-balancer-type\] does nothing: portico\.dev\/scheme wins/],
    ],
    [
      'ranges beside those of the spec',
      { loadBalancerSourceRanges: ['10.0.0.0/8'] },
      { 'portico.dev/source-ranges': '10.0.0.0/8' },
      [/does nothing: spec\.loadBalancerSourceRanges wins/],
    ],
    [
      'an IP beside the name of an address',
      { loadBalancerIP: '192.0.2.1' },
      { 'portico.dev/static-address': 'web' },
      [/^warning spec\.loadBalancerIP does nothing/],
    ],
    [
      'what is probed with Local',
      { externalTrafficPolicy: 'Local' },
      { 'portico.dev/health-check': 'proxy' },
      [/always \/healthz/],
    ],
    [
      'global access from outside',
      {},
      { 'portico.dev/global-access': 'true' },
      [/does nothing: the scheme is external$/],
    ],
    [
      'a tier inside',
      {},
      { 'portico.dev/scheme': 'internal', 'cloud.google.com/network-tier': 'Standard' },
      [/tier\] does nothing: an internal balancer has no tier$/],
    ],
    [
      'each where it belongs',
      {},
      { 'networking.gke.io/load-balancer-type': 'Internal', 'portico.dev/global-access': 'true' },
      [],
    ],
    [
      'an option of a Service that is no balancer',
      { type: 'ClusterIP' },
      { 'portico.dev/scheme': 'internal', 'portico.dev/retain': 'address' },
      [/scheme\] does nothing: the type is ClusterIP/],
    ],
    [
      'nothing of a NodePort Service that opens its ports',
      { type: 'NodePort' },
      { 'portico.dev/node-port-firewall': 'true', 'portico.dev/source-ranges': '10.0.0.0/8' },
      [],
    ],
  ])('of what has no effect: %s', async (_title, spec, annotations, messages) => {
    expect(await told(service(spec, annotations))).toEqual(
      messages.map((each) => expect.stringMatching(each) as string),
    );
  });

  it('tells what would be refused and what does nothing beside what is misspelt', async () => {
    const annotations = {
      'portico.dev/shceme': 'internal',
      'portico.dev/health-check-timeout': '200',
      'metallb.io/address-pool': 'x',
    };
    const found = await told(service({ loadBalancerIp: '192.0.2.1', sessionAfinity: 'None' }, annotations));
    expect(found).toEqual([
      expect.stringMatching(/spec\.loadBalancerIp /),
      expect.stringMatching(/spec\.sessionAfinity /),
      expect.stringMatching(/^warning .*metallb/),
      expect.stringMatching(/shceme/),
      expect.stringMatching(/timeout of 200 s is longer than its interval of 8 s/),
    ]);
  });

  it('does not judge by a value that is wrong itself', async () => {
    const weights = { 'portico.dev/weights': 'pods-per-node' };
    expect(await told(service({ externalTrafficPolicy: 'Locl' }, weights))).toEqual([
      expect.stringMatching(/did you mean Local\?/),
    ]);
    const inner = {
      'portico.dev/scheme': 'intrnal',
      'portico.dev/subnet': 'inner',
      'portico.dev/global-access': 'true',
    };
    expect(await told(service({}, inner))).toEqual([expect.stringMatching(/scheme must be one of external, internal/)]);
  });

  // An external balancer has no IPv6 in the Standard tier; an internal one has no tier.
  const standard = { 'portico.dev/network-tier': 'standard' };
  it.each<[string, object, Record<string, string>, RegExp]>([
    ['a key that is misspelt', { ipFamilies: ['IPv6'] }, { 'portico.dev/shceme': 'internal', ...standard }, /shceme/],
    ['a prefix that is', { ipFamilies: ['IPv6'] }, { 'portco.dev/scheme': 'internal', ...standard }, /portco/],
    ['a field that is', { type: undefined, typ: 'LoadBalancer' }, { 'portico.dev/scheme': 'internal' }, /spec\.typ /],
    ['a type that is', { type: 'LoadBalancr' }, { 'portico.dev/scheme': 'internal' }, /did you mean LoadBalancer/],
    [
      'a policy that is',
      { externalTrafficPolicies: 'Local' },
      { 'portico.dev/weights': 'pods-per-node' },
      /did you mean externalTrafficPolicy\?/,
    ],
    [
      'a key of another cloud that is near',
      {},
      { 'service.beta.kubernetes.io/aws-load-balancer-type': 'external' },
      /^warning .*another controller/,
    ],
  ])('takes for what it was meant to be: %s', async (_title, spec, annotations, message) => {
    const found = await told(service(spec, annotations));
    expect(found.filter((each) => !each.endsWith('does nothing: an internal balancer has no tier'))).toEqual([
      expect.stringMatching(message),
    ]);
  });

  it('passes over what kustomize builds from', async () => {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['a.yaml'],
    };
    expect((await lint([kustomization, service({})])).out).toMatch(/^1 Service checked: 0 errors, 0 warnings\./);
  });

  it('takes the items of a list for what the list says, and refuses what is no object', async () => {
    const bare = { metadata: { name: 'web' }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } };
    const list = (items: readonly object[]): object => ({ apiVersion: 'v1', kind: 'ServiceList', items });
    expect((await lint([list([bare, bare])])).out).toMatch(/^2 Services checked/);
    expect((await lint([list([bare, { metadata: { nam: 'x' } }])])).err).toMatch(
      /item 2 in document 1 of .* is no Kubernetes object: it needs metadata\.name; metadata\.nam should be metadata\.name/,
    );
    expect((await lint([{ apiversion: 'v1', knd: 'Service', metadata: { name: 'x' } }])).err).toMatch(
      /it needs apiVersion and kind; apiversion should be apiVersion; knd should be kind\./,
    );
  });

  it('what does nothing is a warning', async () => {
    const { code, out } = await lint([
      service({}, { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb' }),
      service({ type: 'ClusterIP', loadBalancerSourceRanges: ['10.0.0.0/8'] }),
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /FILE: warning: Service default\/web: metadata\.annotations\[service\.beta\S+ is for another controller/,
    );
    expect(out).toMatch(/warning: .*loadBalancerSourceRanges restricts nothing: the type is ClusterIP/);
  });

  it('is JSON on request', async () => {
    const { out } = await lint([service({ typ: 'x' })], '-o', 'json');
    expect(JSON.parse(out)).toEqual([
      {
        file: expect.stringMatching(/FILE/) as string,
        object: 'Service default/web',
        severity: 'error',
        path: 'spec.typ',
        message: 'is no field of a Service; did you mean type?',
      },
    ]);
  });
});

describe('a misspelt option', () => {
  const names = Object.keys(options);
  const slips: readonly ((name: string, at: number) => string)[] = [
    (name, at) => name.slice(0, at) + name.slice(at + 1),
    (name, at) => `${name.slice(0, at)}x${name.slice(at)}`,
    (name, at) => `${name.slice(0, at)}x${name.slice(at + 1)}`,
    (name, at) => name.slice(0, at) + (name[at + 1] ?? '') + (name[at] ?? '') + name.slice(at + 2),
    (name) => name.replaceAll('-', '_'),
    (name) => name.toUpperCase(),
  ];

  it('of one slip always gets a suggestion, and mostly the right one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.constantFrom(...slips), fc.nat(), (name, slip, place) => {
        const typo = slip(name, place % name.length);
        fc.pre(!names.includes(typo) && typo !== '');
        const { problems } = readOptions({ [`${optionPrefix}${typo}`]: 'true' });
        expect(problems.join()).toMatch(new RegExp(`did you mean ${optionPrefix}(${names.join('|')})\\?`));
      }),
      { numRuns: 500 },
    );
  });
});

/** Words after the prefix that are no options and no misspelt ones either: conditions, classes, roles, garbage on purpose. */
const others = /^(Programmed|AddressReserved|Drift|ProtocolNotSupported|gce|test|not-known|collects-metrics|colour|)$/;

it('every misspelt annotation in the tests gets a suggestion', () => {
  const folder = new URL('../', import.meta.url);
  const typos = globSync('**/*.ts', { cwd: folder.pathname })
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .flatMap((text) => [...text.matchAll(/['"`]portico\.dev\/([\w.-]*)['"`]/g)].map(([, name = '']) => name))
    .filter((name) => !Object.hasOwn(options, name) && !others.test(name));
  expect(typos).toContain('shceme');
  for (const name of new Set(typos)) {
    expect(readOptions({ [`portico.dev/${name}`]: 'x' }).problems.join()).toMatch(
      /did you mean portico\.dev\/[a-z-]+\?$/,
    );
  }
});
