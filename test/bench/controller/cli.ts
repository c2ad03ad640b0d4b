/**
 * What the controller costs, as a process of its own against the stand-ins in theirs, with the Go controllers' figures
 * beside. Writes bench/results.json with --write.
 *
 *     npm run bench                 clusters of 10, 100 and 1,000 Services: about five minutes on two cores
 *     npm run bench -- --large      10,000 Services and 5,000 nodes too
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { tableOf } from '../report.ts';
import { engine } from './engine.ts';
import { growth } from './growth.ts';
import { oneService } from './one-service.ts';
import type { Row } from './row.ts';
import { start } from './start.ts';

const sizes = [
  { services: 10, nodes: 3 },
  { services: 100, nodes: 100 },
  { services: 1000, nodes: 1000 },
  ...(process.argv.includes('--large') ? [{ services: 10_000, nodes: 5000 }] : []),
];

const began = performance.now();
const progress = (what: string): void => {
  process.stderr.write(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${what}\n`);
};

const rows: Row[] = [];
progress('the engine alone');
rows.push(...engine(), ...(await start()));
for (const latencyMs of [500, 2000]) {
  progress(`one Service at a time, operations of ${latencyMs} ms`);
  rows.push(...(await oneService(latencyMs)));
}
const grown = await growth(sizes, progress);
rows.push(...grown.rows);

const verdict = (met: boolean | undefined): string => (met === undefined ? '' : met ? 'yes' : 'NO');
process.stdout.write(
  `${tableOf(rows.map(({ work, measured, target, met, peer }) => ({ work, measured, target, met: verdict(met), 'the Go controllers': peer })))}\n\n`,
);
const rounded = grown.sizes.map((size) =>
  Object.fromEntries(
    Object.entries(size).map(([name, value]: [string, number]) => [name, Math.round(value * 10) / 10]),
  ),
);
process.stdout.write(`${tableOf(rounded)}\n`);
if (process.argv.includes('--write')) {
  const folder = join(import.meta.dirname, '../../../bench');
  await mkdir(folder, { recursive: true });
  const machine = { node: process.version, cores: cpus().length };
  await writeFile(join(folder, 'results.json'), `${JSON.stringify({ machine, rows, sizes: rounded }, null, 2)}\n`);
}
const missed = rows.filter(({ met }) => met === false).length;
progress(`done: ${rows.length} figures, ${missed} of them miss their target`);
