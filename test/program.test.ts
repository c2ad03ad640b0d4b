import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../src/program.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function portico(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(['node', 'portico', ...args], {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    // No test asks the machine it runs on where it is.
    env: { METADATA_SERVER_DETECTION: 'none', ...env },
    interactive: false,
    signal: new AbortController().signal,
  });
  return { code, out: out.join(''), err: err.join('') };
}

describe('help', () => {
  it.each([
    [['--help'], /lab[^]*run[^]*mock[^]*Begin here[^]*lab --apply examples [^]*lab demo[^]*lab node/],
    [['help', 'run'], /--cluster-id <ID>[^]*required[^]*PORTICO_GCE_PROJECT/],
    [['lab', '--help'], /--op-latency <MS>[^]*Ctrl-C ends it/],
    [['mock', '--help'], /kube[^]*gce[^]*_portico\/calls/],
    [['mock', 'gce', '--help'], /--zones/],
    [['plan', '--help'], /--cluster-id <ID>[^]*\(required without\s+-f\)/],
    [['lint', '--help'], /--cluster-id <ID>[^]*\(default: cluster\)/],
    [['--version'], /^\d+\.\d+\.\d+\n$/],
  ])('%j teaches', async (args, text) => {
    const { code, out, err } = await portico(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(text);
  });
});

describe('bad input', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  const kubeconfig = (server: string): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    });
  const run = (...more: string[]): string[] => [
    'run',
    '--provider',
    'mock',
    '--cluster-id',
    'c',
    '--metrics-addr',
    'off',
    ...more,
  ];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-program-'));
    await writeFile(file('broken'), 'clusters: [');
    await writeFile(file('nobody'), kubeconfig('http://127.0.0.1:1'));
    await writeFile(file('settings'), 'workers: many\n');
    await writeFile(file('manifest'), 'kind: Service\n');
    await writeFile(
      file('nonsense'),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'x' },
        spec: { type: 'Nonsense', ports: [{ port: 80 }] },
      }),
    );
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    [
      'an unknown flag',
      () => ['run', '--wokers', '3'],
      /unknown option '--wokers'[^]*Did you mean --workers[^]*portico run --help/,
    ],
    ['an unknown command', () => ['rnu'], /unknown command 'rnu'[^]*Did you mean run/],
    ['an unknown command of the lab', () => ['lab', 'nod'], /unknown command 'nod'[^]*Did you mean node[^]*lab --help/],
    [
      'a manifest where a command is expected',
      () => ['lab', 'web.yaml'],
      /unknown command 'web\.yaml'[^]*with --apply/,
    ],
    ['a node, and no lab', () => ['lab', 'node', 'stop', 'x'], /KUBECONFIG is not set: export it .*`portico lab`/],
    ['a demo, and no lab', () => ['lab', 'demo'], /KUBECONFIG is not set/],
    [
      'status without settings',
      () => ['status'],
      /--provider is missing[^]*source the gcloud\.env that it printed\.$/m,
    ],
    ['plan without settings', () => ['plan'], /--provider is missing[^]*source the gcloud\.env/],
    ['gc without settings', () => ['gc'], /--provider is missing[^]*source the gcloud\.env/],
    ['settings missing', () => ['run'], /--provider is missing[^]*--cluster-id is missing/],
    [
      'a settings file that is not there',
      () => run('--config', file('none')),
      /Cannot read the file given with --config/,
    ],
    [
      'a wrong value in the settings file',
      () => run('--config', file('settings')),
      /workers in .*settings must be a whole number/,
    ],
    ['a port out of range', () => ['lab', '--kube-port', '70000'], /must be a whole number from 0 to 65535/],
    ['a region that is none', () => ['mock', 'gce', '--region', 'Mars'], /'Mars' is not the name of a region, such as/],
    ['an empty zone', () => ['mock', 'gce', '--zones', 'us-central1-a,'], /'' is not the name of a zone, such as/],
    ['a zone twice', () => ['mock', 'gce', '--zones', 'us-east1-b,us-east1-b'], /named twice/],
    ['a kubeconfig that is not there', () => run('--kubeconfig', file('none')), /none/],
    ['a broken kubeconfig', () => run('--kubeconfig', file('broken')), /broken/],
    ['an API server that does not answer', () => run('--kubeconfig', file('nobody')), /127\.0\.0\.1:1/],
    [
      'gce without a project',
      () => ['run', '--provider', 'gce', '--cluster-id', 'c', '--kubeconfig', file('nobody')],
      /--gce-project and --gce-region/,
    ],
    ['a manifest that is not there', () => ['lab', '--apply', file('none')], /Cannot read the manifest/],
    ['a manifest that is none', () => ['lab', '--apply', file('manifest')], /needs apiVersion and metadata\.name\./],
    ['a manifest that the API server refuses', () => ['lab', '--apply', file('nonsense')], /Nonsense/],
    [
      'a kubeconfig in a folder that is not there',
      () => ['mock', 'kube', '--kubeconfig', file('no/kc')],
      /Cannot write the kubeconfig/,
    ],
    ['a kubeconfig of somebody else', () => ['mock', 'kube', '--kubeconfig', file('nobody')], /Portico did not write/],
  ];

  it.each(cases)('%s: a message that names the remedy, exit 1, no stack trace', async (_title, args, text) => {
    const { code, err } = await portico(args());
    expect(err).toMatch(text);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });

  it('a port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, err } = await portico(['mock', 'gce', '--port', String(port)]);
    taken.close();
    expect(err).toMatch(/something else listens there\. Give --port another/);
    expect(code).toBe(1);
  });
});
