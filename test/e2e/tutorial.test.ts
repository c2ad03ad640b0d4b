import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portico, type PorticoProcess, until } from './portico-process.ts';

const root = join(import.meta.dirname, '../..');
const installed = (name: string): boolean => {
  try {
    execFileSync(name, ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
};
const run = promisify(execFile);

interface Step {
  readonly command: string;
  readonly shown: string;
}

/** What the tutorial's reader types, with what the page says comes back. */
const steps: readonly Step[] = [
  ...readFileSync(join(root, 'docs/tutorial/expose-a-service.md'), 'utf8').matchAll(/^```console\n([^]*?)^```$/gm),
].flatMap(([, block = '']) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const end = text.indexOf('\n');
      return { command: text.slice(0, end), shown: text.slice(end + 1) };
    }),
);

/** Without what differs each time: ages, chosen addresses and ports, hashes, names of Pods, and the columns that follow. */
const alike = (text: string): string =>
  text
    .replaceAll(/\b\d+(s|m\d*s?)\b/g, 'AGE')
    .replaceAll(/\b10\.96(\.\d+){2}\b/g, 'CLUSTER-IP')
    .replaceAll(/\b10\.([4-9]|1\d)(\.\d+){2}\b/g, 'POD-IP')
    .replaceAll(/\b10\.128(\.\d+){2}\b/g, 'NODE-IP')
    .replaceAll(/\b127\.(30|128)(\.\d+){2}\b/g, 'LAB-IP')
    .replaceAll(/\bon node-\d answers\b/g, 'on NODE answers')
    .replaceAll(/\b3[0-2]\d{3}\b/g, 'PORT')
    .replaceAll(/-[0-9a-f]{8}\b/g, '-HASH')
    .replaceAll(/\bkubia-[0-9a-z]{8,10}-[0-9a-z]{5}\b/g, 'POD')
    .replaceAll(/[ ─]+/g, ' ')
    .trim();

/** Each start of gcloud takes seconds, so that its steps are for the whole run: `npm run test:gcloud`. */
const withGcloud = process.env['PORTICO_GCLOUD_CASES'] === 'all' && installed('gcloud');
const taken = withGcloud ? steps : steps.filter(({ command }) => !command.startsWith('gcloud'));

describe.skipIf(!installed('kubectl'))(`the tutorial${withGcloud ? '' : ', but for the steps of gcloud'}`, () => {
  let folder = '';
  let lab: PorticoProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portico-tutorial-'));
    lab = portico('lab', '--state-dir', join(folder, 'lab'), '-o', 'json');
    await lab.ready;
  });
  afterAll(async () => {
    lab.kill('SIGTERM');
    await lab.ended;
    rmSync(folder, { recursive: true });
  });

  it('says what really comes back, step by step', { timeout: 300_000 }, async () => {
    expect(steps.length).toBeGreaterThan(20);
    const around = `export KUBECONFIG="${folder}/lab/kubeconfig"; source "${folder}/lab/gcloud.env"; portico() { "${process.execPath}" src/cli.ts "$@"; };`;
    const env = { ...process.env, CLOUDSDK_CONFIG: join(folder, 'gcloud'), NO_COLOR: '1' };
    for (const { command, shown } of taken) {
      let seen = '';
      const type = async (): Promise<boolean> => {
        const { stdout } = await run('bash', ['-c', `${around} ${command}`], { cwd: root, env });
        seen = stdout;
        return alike(stdout) === alike(shown);
      };
      // What changes something is done once; what shows something may have to wait for it.
      if (/^(kubectl|portico) (get|describe|status|plan)|^gcloud .* list|^curl /.test(command)) {
        await until(`${command}\nto show\n${shown}\nit showed\n`, type).catch(() => undefined);
      } else await type();
      expect(`$ ${command}\n${alike(seen)}`).toBe(`$ ${command}\n${alike(shown)}`);
    }
  });
});
