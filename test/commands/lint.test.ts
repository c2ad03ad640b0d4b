import fc from 'fast-check';
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
