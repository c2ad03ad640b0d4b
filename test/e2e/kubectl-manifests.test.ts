import { keptKinds } from '../../mocks/kube-apiserver/kinds/kept.ts';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, type Kubectl, kubectlInstalled, startKubectl } from './kubectl-client.ts';
import { mixedManifests } from './mixed-manifests.ts';

const namespace = 'mixed';
const manifests = mixedManifests(200, namespace);

/** How often each ending of a line occurs: `created`, `unchanged`. */
const tally = (out: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const line of out.trim().split('\n')) {
    const what = line.split(' ').at(-1) ?? '';
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
};

describe.skipIf(!kubectlInstalled)('real kubectl changes what is on the API server', () => {
  let kubectl: Kubectl;
  beforeAll(async () => {
    kubectl = await startKubectl(namespace);
  });
  afterAll(() => kubectl?.close());

  it('the manifests are of every kind that can be created and has rules of its own', async () => {
    const kept = new Set(keptKinds.map(({ kind }) => kind));
    const served = (await kubectl.run(['api-resources', '--verbs=create,list', '--no-headers'])).out;
    const kinds = (lines: readonly string[]): string[] =>
      [...new Set(lines)].filter((line) => !kept.has(line.split(' ')[1] ?? '')).toSorted();
    expect(kinds(manifests.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))).toEqual(
      kinds(
        served
          .trim()
          .split('\n')
          .map((line) =>
            line
              .split(/\s+/)
              .slice(-3)
              .filter((_, at) => at !== 1)
              .join(' '),
          ),
      ),
    );
  });

  it('applies 200 manifests: created, then unchanged, then the same on the server side', async () => {
    const path = await kubectl.manifests('mixed.yaml', manifests);
    expect(tally(await kubectl.ok('apply', '-f', path))).toEqual({ created: 200 });
    const before = kubectl.server.api.store.revision();
    expect(tally(await kubectl.ok('apply', '-f', path))).toEqual({ unchanged: 200 });
    expect(kubectl.server.api.store.revision()).toBe(before);
    expect(await kubectl.run(['diff', '-f', path])).toMatchObject({ code: 0, out: '' });
    expect(tally(await kubectl.ok('apply', '--server-side', '-f', path))).toEqual({ 'serverside-applied': 200 });
  });

  it('shows what would change, and changes it', async () => {
    const changed = manifests.filter(({ kind }) => kind === 'Service').slice(0, 3);
    const path = await kubectl.manifests(
      'changed.yaml',
      JSON.parse(JSON.stringify(changed).replaceAll('8080', '8081')) as unknown[],
    );
    const { code, out } = await kubectl.run(['diff', '-f', path]);
    expect(code).toBe(1);
    expect(out.match(/^-\s+targetPort: 8080$/gm)).toHaveLength(3);
    expect(out.match(/^\+\s+targetPort: 8081$/gm)).toHaveLength(3);
    expect(out.match(/^[-+] /gm)).toHaveLength(6);
    expect(tally(await kubectl.ok('apply', '-f', path))).toEqual({ configured: 3 });
    expect((await kubectl.run(['diff', '-f', path])).code).toBe(0);
  });

  it('edits in an editor: a change, none, and one that is refused and then put right', async () => {
    const edit = (editor: string): Promise<Ended> =>
      kubectl.run(['edit', 'service', 'service-1'], { KUBE_EDITOR: editor });
    const port = await kubectl.script('port', "sed -i 's/port: 80$/port: 88/' $1");
    expect(await edit(port)).toMatchObject({ code: 0, out: 'service/service-1 edited\n' });
    expect(await kubectl.ok('get', 'service', 'service-1', '-o', 'jsonpath={.spec.ports[0].port}')).toBe('88');
    expect(await edit(port)).toMatchObject({ code: 0, err: 'Edit cancelled, no changes made.\n' });
    const seen = join(kubectl.folder, 'seen');
    const twice = await kubectl.script(
      'twice',
      `if [ -e ${seen} ]; then cp $1 ${seen}; sed -i 's/port: 70000$/port: 89/' $1; else touch ${seen}; sed -i 's/port: 88$/port: 70000/' $1; fi`,
    );
    expect(await edit(twice)).toMatchObject({ code: 0, out: 'service/service-1 edited\n' });
    expect(await readFile(seen, 'utf8')).toContain(
      '# * spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive',
    );
    const ip = await kubectl.script(
      'ip',
      `sed -i 's/loadBalancer: {}/loadBalancer: {"ingress": [{"ip": "203.0.113.7"}]}/' $1`,
    );
    expect((await kubectl.run(['edit', 'service', 'service-2', '--subresource=status'], { KUBE_EDITOR: ip })).out).toBe(
      'service/service-2 edited\n',
    );
    expect(await kubectl.ok('get', 'service', 'service-2', '--no-headers')).toContain('203.0.113.7');
  });

  it('replaces, unless somebody else was faster', async () => {
    const path = join(kubectl.folder, 'replaced.json');
    await writeFile(
      path,
      (await kubectl.ok('get', 'service', 'service-3', '-o', 'json')).replace('"port": 80,', '"port": 90,'),
    );
    expect(await kubectl.ok('replace', '-f', path)).toBe('service/service-3 replaced\n');
    const again = await kubectl.run(['replace', '-f', path]);
    expect(again.code).toBe(1);
    expect(again.err).toContain(
      'Operation cannot be fulfilled on services "service-3": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it('labels and annotates, one and all, and only overwrites when told to', async () => {
    expect(await kubectl.ok('label', 'service', 'service-1', 'tier=web')).toBe('service/service-1 labeled\n');
    expect((await kubectl.run(['label', 'service', 'service-1', 'tier=db'])).err).toContain('--overwrite is false');
    expect(await kubectl.ok('label', 'service', 'service-1', 'tier=db', '--overwrite')).toBe(
      'service/service-1 labeled\n',
    );
    expect(await kubectl.ok('get', 'service', '-l', 'tier=db', '-o', 'name')).toBe('service/service-1\n');
    expect(await kubectl.ok('label', 'service', 'service-1', 'tier-')).toBe('service/service-1 unlabeled\n');
    const all = await kubectl.ok('annotate', 'configmap', '-l', 'set=mixed', 'seen=yes', '--overwrite');
    expect(tally(all)).toEqual({ annotated: manifests.filter(({ kind }) => kind === 'ConfigMap').length });
  });

  it('deletes all of it, and the namespace goes when it is empty', async () => {
    // The namespace last: what is in it is not gone before it is deleted.
    const path = await kubectl.manifests('reversed.yaml', manifests.toReversed());
    // Waiting for each is what kubectl itself makes slow: it asks no more than five times a second.
    const out = await kubectl.ok('delete', '--wait=false', '-f', path);
    expect(tally(out)).toEqual({ deleted: 200 });
    await kubectl.ok('wait', '--for=delete', `namespace/${namespace}`, '--timeout=100s');
    expect(await kubectl.ok('get', 'service,pod,configmap,deployment,lease', '--ignore-not-found')).toBe('');
    expect((await kubectl.run(['get', 'namespace', namespace])).err).toBe(
      `Error from server (NotFound): namespaces "${namespace}" not found\n`,
    );
  });
});
