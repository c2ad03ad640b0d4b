import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Headings and the examples below them. */
const examples = (await readFile(join(root, 'docs/guides/test-with-the-mocks.md'), 'utf8'))
  .split('\n## ')
  .flatMap((section) => {
    const [heading = ''] = section.split('\n');
    return Array.from(section.matchAll(/```js\n(.*?)```/gs), ([, code = '']) => [heading, code] as const);
  });

describe('the guide, as somebody follows it who has installed the package', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-installed-'));
    const installed = join(folder, 'node_modules/portico');
    await mkdir(join(folder, 'node_modules/@kubernetes'), { recursive: true });
    // What `npm pack` takes, compiled as `npm run build` does, with the dependencies of this repository.
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const out = join(installed, 'dist');
    await run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', out, '--declaration', 'false'], {
      cwd: root,
    });
    await cp(join(root, 'package.json'), join(installed, 'package.json'));
    await symlink(join(root, 'node_modules'), join(installed, 'node_modules'));
    const library = '@kubernetes/client-node';
    await symlink(join(root, 'node_modules', library), join(folder, 'node_modules', library));
  }, 180_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has examples', () => {
    expect(examples).toHaveLength(5);
  });

  it.each(examples)('%s', async (heading, code) => {
    const file = join(folder, `${heading.toLowerCase().replaceAll(/\W+/g, '-')}.mjs`);
    await writeFile(file, code);
    const { stdout } = await run(process.execPath, ['--test', '--test-force-exit', '--test-reporter=tap', file], {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
    });
    expect(stdout).toMatch(/^# pass 1$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
