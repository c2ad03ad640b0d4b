import { type ExecFileException, execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type GceComputeOptions, startGceCompute } from '../../mocks/index.ts';

export const hasGcloud = spawnSync('gcloud', ['--version'], { stdio: 'ignore' }).status === 0;
if (!hasGcloud) console.warn('gcloud is not on the PATH: the stand-in is not tried with it.');

export interface Output {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A mock with two VMs, and gcloud with a configuration of its own, no credentials and the mock as its API. */
export async function gcloudOnMock(options: GceComputeOptions = {}, more: NodeJS.ProcessEnv = {}) {
  const project = 'p1';
  const config = mkdtempSync(join(tmpdir(), 'portico-gcloud-'));
  const mock = await startGceCompute({ project, ...options });
  for (const name of ['vm', 'vm2']) mock.cloud.addInstance({ name, zone: 'us-central1-a', tags: ['node'] });
  const env = {
    ...process.env,
    CLOUDSDK_CONFIG: config,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: `${mock.url}/compute/v1/`,
    CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
    CLOUDSDK_CORE_PROJECT: project,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
    CLOUDSDK_CORE_DISABLE_FILE_LOGGING: 'true',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
    CLOUDSDK_COMPUTE_REGION: 'us-central1',
    CLOUDSDK_COMPUTE_ZONE: 'us-central1-a',
    ...more,
  };
  const run = (args: readonly string[]): Promise<Output> =>
    new Promise((resolve) => {
      execFile('gcloud', args, { env }, (error: ExecFileException | null, stdout, stderr) => {
        resolve({ status: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr });
      });
    });
  return {
    mock,
    run,
    close: async () => {
      await mock.close();
      rmSync(config, { recursive: true, force: true });
    },
  };
}

export type Gcloud = Awaited<ReturnType<typeof gcloudOnMock>>;

/**
 * A command after `gcloud`, and what it comes to: a JSON answer that contains this, or an output that matches. A
 * command that begins with `!` must fail.
 */
export type Step = readonly [string, object | RegExp];

/** Words, with '…' around those that have blanks. */
const wordsOf = (line: string): string[] =>
  (line.match(/(?:[^\s']|'[^']*')+/g) ?? []).map((word) => word.replaceAll("'", ''));

/** Runs the commands one after another: each may need what the ones before it made. */
export async function expectSteps({ run }: Gcloud, steps: readonly Step[]): Promise<void> {
  for (const [line, expected] of steps) {
    const args = wordsOf(line.replace(/^! ?/, ''));
    const json = expected instanceof RegExp ? [] : ['--format=json'];
    const { status, stdout, stderr } = await run([...args, ...json]);
    const answer: unknown =
      expected instanceof RegExp ? `${stdout}${stderr}` : status === 0 ? JSON.parse(stdout) : stderr;
    expect({ line, failed: status !== 0, answer }).toMatchObject({
      line,
      failed: line.startsWith('!'),
      answer: expected instanceof RegExp ? expect.stringMatching(expected) : expected,
    });
  }
}
