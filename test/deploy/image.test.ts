import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const run = promisify(execFile);

interface Instruction {
  readonly name: string;
  readonly text: string;
}

interface Stage {
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of the Dockerfile; lines that end with a backslash go on. */
function stagesOf(text: string): readonly Stage[] {
  const stages: { name: string; instructions: Instruction[] }[] = [];
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  for (const line of lines) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    expect(['ARG', 'FROM', 'WORKDIR', 'COPY', 'RUN', 'LABEL', 'ENV', 'USER', 'EXPOSE', 'ENTRYPOINT', 'CMD']).toContain(
      name,
    );
    if (name === 'FROM') stages.push({ name: / AS (\S+)$/.exec(rest)?.[1] ?? 'last', instructions: [] });
    stages.at(-1)?.instructions.push({ name, text: rest });
  }
  return stages;
}

const stages = stagesOf(read('deploy/Dockerfile'));
const last = stages.find(({ name }) => name === 'last') ?? { name: '', instructions: [] };
const only = (stage: Stage, name: string): string =>
  stage.instructions.find((instruction) => instruction.name === name)?.text ?? '';

/** What the stage copies from the checkout, or from the stage named. */
const copied = (stage: Stage, from?: string): readonly string[] =>
  stage.instructions
    .filter(({ name }) => name === 'COPY')
    .flatMap(({ text }) => {
      const source = /^--from=(\S+) /.exec(text)?.[1];
      const words = text.replace(/^--from=\S+ /, '').split(' ');
      return source === from ? words.slice(0, -1) : [];
    });

describe('the Dockerfile', () => {
  it('copies only what is there and what the builder is sent', () => {
    const sent = read('deploy/Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = [...new Set(stages.flatMap((stage) => copied(stage)))];
    expect(sources.length).toBeGreaterThan(8);
    expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(sent.toSorted()).toEqual(sources.toSorted());
  });

  it('copies what its stages make', () => {
    expect(copied(last, 'build')).toEqual(['/build/dist']);
    expect(copied(last, 'dependencies')).toEqual(['/app/node_modules']);
    const build = stages.find(({ name }) => name === 'build') ?? last;
    const { include } = JSON.parse(read('tsconfig.build.json')) as { readonly include: readonly string[] };
    for (const folder of include) expect(copied(build)).toContain(folder);
  });

  it('runs as a user who is not root, by number, and as one process that hears signals', () => {
    expect(only(last, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(JSON.parse(only(last, 'ENTRYPOINT'))).toEqual([
      'node',
      '--enable-source-maps',
      '--max-semi-space-size=2',
      '/app/dist/src/cli.js',
    ]);
    const after = last.instructions.findIndex(({ name }) => name === 'USER');
    expect(last.instructions.slice(after).some(({ name }) => name === 'RUN' || name === 'COPY')).toBe(false);
  });

  it('takes the Node that Portico is developed with', () => {
    const pinned = (JSON.parse(read('tools/pinned-node/package.json')) as { readonly version: string }).version;
    expect(read('deploy/Dockerfile')).toContain(`ARG NODE_VERSION=${pinned}\n`);
    for (const { instructions } of stages) expect(instructions[0]?.text).toContain('node:${NODE_VERSION}-');
  });

  it('bears the version that the overlays ask for', () => {
    const { version } = JSON.parse(read('package.json')) as { readonly version: string };
    for (const overlay of ['gce', 'mock']) {
      expect(read(`deploy/overlays/${overlay}/kustomization.yaml`)).toContain(`newTag: ${version}\n`);
    }
    expect(read('deploy/Dockerfile')).toContain(`-t portico:${version} .`);
  });
});

describe('what is in the image', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-image-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const linked = ['--preserve-symlinks', '--preserve-symlinks-main'];
  const portico = (...args: string[]): Promise<{ stdout: string }> =>
    run(process.execPath, [...linked, '--enable-source-maps', join(folder, 'dist/src/cli.js'), ...args], {
      cwd: '/',
      env: {},
    });

  // As the stages make it: the compiled sources, and of node_modules what the lockfile does not call a dev dependency. The
  // packages are linked; with --preserve-symlinks Node looks for what they import here, not where they really are.
  beforeAll(async () => {
    await run(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      join(root, 'tsconfig.build.json'),
      '--outDir',
      join(folder, 'dist'),
    ]);
    for (const path of copied(last)) cpSync(join(root, path), join(folder, path), { recursive: true });
    const { packages } = JSON.parse(read('package-lock.json')) as {
      readonly packages: Readonly<
        Record<string, { readonly dev?: boolean; readonly devOptional?: boolean; readonly link?: boolean }>
      >;
    };
    for (const [path, { dev, devOptional, link }] of Object.entries(packages)) {
      if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || dev || devOptional || link || !existsSync(join(root, path)))
        continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      symlinkSync(join(root, path), join(folder, path));
    }
  }, 60_000);

  it('explains itself and knows its version', async () => {
    expect((await portico('--help')).stdout).toContain('Usage: portico');
    expect((await portico('--version')).stdout.trim()).toBe(
      (JSON.parse(read('package.json')) as { readonly version: string }).version,
    );
  });

  it('has every module that a provider needs', async () => {
    const example = join(folder, 'examples/kubia-loadbalancer.yaml');
    const planned = await portico('plan', '-f', example).catch((error: { readonly stdout: string }) => error);
    expect(planned.stdout).toContain('5 to create');
    const sdks = "await import('@google-cloud/compute'); await import('@kubernetes/client-node')";
    writeFileSync(join(folder, 'sdks.mjs'), sdks);
    await expect(run(process.execPath, [...linked, join(folder, 'sdks.mjs')], { env: {} })).resolves.toMatchObject({
      stderr: '',
    });
  });

  it('has nothing of what only developers need', () => {
    for (const name of ['typescript', 'vitest', '@biomejs/biome', 'oxlint', 'fast-check', '@portico/pinned-node']) {
      expect(existsSync(join(folder, 'node_modules', name))).toBe(false);
    }
  });
});
