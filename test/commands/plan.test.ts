import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/program.ts';

describe('portico plan -f', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-plan-files-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const plan = async (service: object, ...args: string[]): Promise<string> => {
    const file = join(folder, 'service.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'Service', ...service }));
    const out: string[] = [];
    await runProgram(['node', 'portico', 'plan', '-f', file, ...args], {
      out: (text) => out.push(text),
      err: (text) => out.push(text),
      env: {},
      interactive: false,
      signal: new AbortController().signal,
    });
    return out.join('');
  };
  const spec = { type: 'LoadBalancer', ports: [{ port: 80 }] };

  it('shows a rule that is taken over as one that is there', async () => {
    const metadata = { name: 'web', annotations: { 'portico.dev/adopt': 'a1b2c3' } };
    const out = await plan({ metadata, spec });
    expect(out).toMatch(/^ {2}~ adopted-rule\/external:ipv4:a1b2c3 +there already, gives way/m);
    expect(out).toMatch(/^5 to create, 1 to update, 0 to delete\.$/m);
    const [{ steps }] = JSON.parse(await plan({ metadata, spec }, '-o', 'json')) as [
      { readonly steps: readonly { readonly id: string; readonly after: readonly string[] }[] },
    ];
    const ids = steps.map(({ id }) => id);
    expect(ids).toContain('update adopted-rule/external:ipv4:a1b2c3');
    expect(steps.flatMap(({ after }) => after).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it.each([
    ['svg', />not served: its type is ClusterIP, which asks for no load balancer</],
    ['dot', /label="Service default\/web\\nnot served: its type is ClusterIP/],
  ])('says as %s why there is nothing to draw', async (format, text) => {
    expect(await plan({ metadata: { name: 'web' }, spec: { ...spec, type: 'ClusterIP' } }, '-o', format)).toMatch(text);
  });

  it('knows a Service whose kind is misspelt for none, and names who helps', async () => {
    expect(await plan({ kind: 'Servce', metadata: { name: 'web' }, spec })).toMatch(
      /There is no Service in .*service\.json\. `portico lint` tells what is misspelt\./,
    );
  });
});
