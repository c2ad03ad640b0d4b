import { afterAll, beforeAll, expect, it } from 'vitest';
import { portico, type PorticoProcess, program } from './portico-process.ts';

let lab: PorticoProcess;
let kubeconfig = '';
beforeAll(async () => {
  lab = portico('lab', '-o', 'json');
  kubeconfig = (await lab.ready)['kubeconfig'] ?? '';
});
afterAll(async () => {
  lab.kill('SIGTERM');
  await lab.ended;
});

it('portico lab demo shows the policies by what came back', async () => {
  const shown = await program(process.execPath, ['src/cli.ts', 'lab', 'demo'], { KUBECONFIG: kubeconfig });
  const rows = [...(shown ?? '').matchAll(/^(node-[12])\s+(kubia-\S+)\s+(\d+) %\s+(.*)$/gm)].map(
    ([, node, , percent, saw]) => ({ node, percent: Number(percent), saw }),
  );
  expect(rows.length).toBe(9);
  const [cluster, local, weighted] = [rows.slice(0, 3), rows.slice(3, 6), rows.slice(6)];
  // Each of 300 flows goes its own way: five standard deviations are less than 14.5 %.
  for (const { percent, saw } of cluster) {
    expect(Math.abs(percent - 33.3)).toBeLessThan(14.5);
    expect(saw).toMatch(/^10\.128\./);
  }
  for (const { saw } of [...local, ...weighted]) expect(saw).toBe('127.9.8.7');
  const lonely = local.find(({ node }) => local.filter((other) => other.node === node).length === 1);
  expect(Math.abs((lonely?.percent ?? 0) - 50)).toBeLessThan(14.5);
  for (const { percent } of weighted) expect(Math.abs(percent - 33.3)).toBeLessThan(14.5);
  expect(shown).not.toContain('had no answer');
});
