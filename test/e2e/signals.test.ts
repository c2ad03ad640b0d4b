import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { portico } from './portico-process.ts';

it.each([
  ['one signal', ['SIGINT'], 0],
  ['a second one, which does not wait for a clean end', ['SIGINT', 'SIGTERM'], 130],
] as const)('the lab leaves nothing behind after %s', async (_title, signals, code) => {
  const lab = portico('lab', '--nodes', '1', '-o', 'json');
  const { kubeconfig = '' } = await lab.ready;
  const folder = dirname(kubeconfig);
  expect(existsSync(folder)).toBe(true);
  for (const signal of signals) lab.kill(signal);
  expect(await lab.ended).toBe(code);
  expect(existsSync(folder)).toBe(false);
});

it('nor does it in a folder that was given, but for the folder that was there', async () => {
  const own = mkdtempSync(join(tmpdir(), 'portico-signals-'));
  try {
    for (const folder of [own, join(own, 'made', 'here')]) {
      const lab = portico('lab', '--nodes', '1', '-o', 'json', '--state-dir', folder);
      await lab.ready;
      expect(readdirSync(folder).toSorted()).toEqual(['gcloud.env', 'kubeconfig']);
      lab.kill('SIGINT');
      lab.kill('SIGTERM');
      expect(await lab.ended).toBe(130);
      expect(readdirSync(own)).toEqual([]);
    }
  } finally {
    rmSync(own, { recursive: true });
  }
});
