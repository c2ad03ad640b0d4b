import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crashAll } from './run.ts';
import { scenarios } from './scenarios.ts';
import { table } from './table.ts';

/** `[--only PART] [--lanes N]`: prints the table; fails when a cell is not clean. */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    lanes: { type: 'string', default: `${availableParallelism() + 1}` },
  },
});
const folderOfCode = await mkdtemp(join(tmpdir(), 'portico-compiled-'));
const began = performance.now();
try {
  const chosen = scenarios.filter(({ name }) => name.includes(values.only));
  const cells = await crashAll(chosen, {
    lanes: Number(values.lanes),
    folderOfCode,
    each: ({ scenario, call, moment, problem }) => {
      if (problem !== undefined) console.error(`${scenario}, ${moment} ${call}: ${problem}`);
    },
  });
  console.log(table(cells));
  console.error(`${((performance.now() - began) / 1000).toFixed(0)} s`);
  process.exitCode = cells.length > 0 && cells.every(({ problem }) => problem === undefined) ? 0 : 1;
} finally {
  await rm(folderOfCode, { recursive: true, force: true });
}
