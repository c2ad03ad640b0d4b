import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApiServer, startKubeApiServer } from '../../mocks/index.ts';
import { kubeconfigIn, labSettings } from '../../src/commands/lab-place.ts';
import { runProgram } from '../../src/program.ts';
import { post } from '../e2e/portico-process.ts';

describe('where the lab is', () => {
  let folder: string;
  let kube: KubeApiServer;
  let env: Record<string, string>;

  const portico = async (args: readonly string[], around: Record<string, string>): Promise<string> => {
    const err: string[] = [];
    const code = await runProgram(['node', 'portico', ...args], {
      out: () => undefined,
      err: (text) => err.push(text),
      env: { METADATA_SERVER_DETECTION: 'none', ...around },
      interactive: false,
      signal: new AbortController().signal,
    });
    expect(code).toBe(1);
    return err.join('');
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-place-'));
    kube = await startKubeApiServer();
    await writeFile(join(folder, 'kubeconfig'), kube.kubeconfig());
    await writeFile(join(folder, 'gcloud.env'), '');
    for (const name of ['node-2', 'node-1']) await post(`${kube.url}/api/v1/nodes`, { metadata: { name } });
    env = { KUBECONFIG: [join(folder, 'kubeconfig'), join(folder, 'more')].join(delimiter) };
  });
  afterAll(async () => {
    await kube.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is told by the first kubeconfig, and the settings beside it', () => {
    const kubeconfig = kubeconfigIn({ env });
    expect(kubeconfig).toBe(join(folder, 'kubeconfig'));
    expect(labSettings(kubeconfig)).toBe(join(folder, 'gcloud.env'));
    expect(labSettings(join(tmpdir(), 'kubeconfig'))).toBeUndefined();
    expect(labSettings(undefined)).toBeUndefined();
    expect(kubeconfigIn({ env: {} })).toBeUndefined();
    expect(kubeconfigIn({ env: { KUBECONFIG: '' } })).toBeUndefined();
  });

  it.each(['status', 'plan', 'gc'])('%s names the file that was not sourced', async (command) => {
    expect(await portico([command], env)).toContain(`: \`source ${join(folder, 'gcloud.env')}\`\n`);
  });

  it.each([[['lab', 'node', 'stop', 'node-1']], [['lab', 'demo']]])('%j does, too', async (args) => {
    expect(await portico(args, env)).toContain(`is not set: \`source ${join(folder, 'gcloud.env')}\``);
  });

  it('a node that there is not is told with those there are, and nothing is asked of another cluster', async () => {
    expect(await portico(['lab', 'node', 'drain', 'node-3'], env)).toBe(
      'portico: The lab has no node node-3. It has node-1, node-2.\n',
    );
    const elsewhere = join(tmpdir(), 'portico-no-lab', 'kubeconfig');
    expect(await portico(['lab', 'node', 'drain', 'node-1'], { KUBECONFIG: elsewhere })).toBe(
      `portico: KUBECONFIG is ${elsewhere}, which is of no lab that runs: export it as \`portico lab\` printed it.\n`,
    );
  });
});
