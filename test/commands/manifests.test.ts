import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { manifestFiles } from '../../src/commands/manifests.ts';
import { runProgram } from '../../src/program.ts';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const service = (name: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portico-manifests-'));
  await mkdir(at('all', 'deeper.yaml'), { recursive: true });
  await mkdir(at('none'));
  for (const name of ['b.yml', 'a.yaml', 'c.json']) await writeFile(at('all', name), service(name[0] ?? ''));
  await writeFile(at('all', 'README.md'), 'no manifest');
  await writeFile(at('all', 'deeper.yaml', 'd.yaml'), service('d'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('a folder stands for the manifests that lie in it, not below it', async () => {
  const files = ['a.yaml', 'b.yml', 'c.json'].map((name) => at('all', name));
  expect(await manifestFiles([at('all'), '-', at('other.yaml')])).toEqual([...files, '-', at('other.yaml')]);
  await expect(manifestFiles([at('none')])).rejects.toThrow(/no manifest in the folder .*none/);
});

it.each(['plan', 'lint'])('%s reads them', async (command) => {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(['node', 'portico', command, '-f', at('all')], {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    env: { METADATA_SERVER_DETECTION: 'none' },
    interactive: false,
    signal: new AbortController().signal,
  });
  expect(err.join('')).toBe('');
  if (command === 'lint')
    expect({ code, out }).toEqual({ code: 0, out: ['3 Services checked: 0 errors, 0 warnings.\n'] });
  else
    expect(out.join('').match(/^Service default\/\w+/gm)).toEqual([
      'Service default/a',
      'Service default/b',
      'Service default/c',
    ]);
});
