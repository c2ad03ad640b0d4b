import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGceCompute, startKubeApiServer } from '../../mocks/index.ts';
import { formatMark } from '../../src/model/owner.ts';
import { must } from '../providers/gce/others.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portico-loaded-'));
  await writeFile(
    join(folder, 'watch.mjs'),
    `import { registerHooks } from 'node:module';
     const loaded = [];
     registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
     process.on('exit', () => process.stderr.write('\\nloaded ' + JSON.stringify(loaded)));`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** The files of packages that a command line loads. */
async function loadedBy(...args: readonly string[]): Promise<readonly string[]> {
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', join(folder, 'watch.mjs'), join(import.meta.dirname, '../../src/cli.ts'), ...args],
    { maxBuffer: 2 ** 24 },
  );
  const loaded = JSON.parse(stderr.slice(stderr.lastIndexOf('\nloaded ') + 8)) as readonly string[];
  return loaded.flatMap((url) => /.*\/node_modules\/([^?]+)/.exec(url)?.[1] ?? []);
}

const packageOf = (file: string): string =>
  file
    .split('/')
    .slice(0, file.startsWith('@') ? 2 : 1)
    .join('/');

it('help is there at once: nothing but the reader of command lines is loaded', async () => {
  expect([...new Set((await loadedBy('--help')).map(packageOf))]).toEqual(['commander']);
});

// What these cost: docs/adr/0007-gce-client.md, docs/adr/0005-dependencies.md
it('neither the whole schema of the Compute API nor the models of the Kubernetes API are loaded to reach both', async () => {
  const [kube, cloud] = [await startKubeApiServer(), await startGceCompute()];
  const owner = { kind: 'service', cluster: 'test', namespace: 'default', name: 'gone', uid: 'u1' } as const;
  try {
    // Something to delete, since only changes go through the official client.
    await must(cloud.cloud, 'POST', 'global/firewalls', {
      name: 'portico-gone',
      description: formatMark({ owner, role: 'firewall/portico-gone' }),
      network: 'global/networks/default',
      sourceRanges: ['192.0.2.0/24'],
      allowed: [{ IPProtocol: 'tcp', ports: ['80'] }],
    });
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, kube.kubeconfig());
    const place = ['--cluster-id', 'test', '--gce-project', 'portico', '--gce-region', 'us-central1'];
    const servers = ['--kubeconfig', kubeconfig, '--gce-api-endpoint', cloud.url];
    const loaded = await loadedBy('gc', '--apply', '--provider', 'gce', ...place, ...servers);
    expect(cloud.cloud.view.firewalls()).toEqual([]);
    expect(loaded).toContain('@kubernetes/client-node/dist/config.js');
    expect(loaded).toContain('@google-cloud/compute/build/src/v1/firewalls_client.js');
    expect(loaded.filter((file) => /client-node\/dist\/gen\/models|protos\/protos\.json/.test(file))).toEqual([]);
  } finally {
    await Promise.all([kube.close(), cloud.close()]);
  }
});
