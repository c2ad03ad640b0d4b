import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
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
