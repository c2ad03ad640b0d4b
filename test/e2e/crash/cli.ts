import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crashAll } from './run.ts';
import { scenarios } from './scenarios.ts';
import { table } from './table.ts';

/** `[--only PART] [--lanes N]`: tells each kill as it is done, and prints the table; fails when a cell is not clean. */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    lanes: { type: 'string', default: `${availableParallelism() + 1}` },
  },
});
const chosen = scenarios.filter(({ name }) => name.includes(values.only));
if (chosen.length === 0) {
  console.error(`No scenario is called so; there are:\n${scenarios.map(({ name }) => `  ${name}`).join('\n')}`);
  process.exit(2);
}
const folderOfCode = await mkdtemp(join(tmpdir(), 'portico-compiled-'));
const began = performance.now();
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0)} s`;
try {
  let done = 0;
  const cells = await crashAll(chosen, {
    lanes: Number(values.lanes),
    folderOfCode,
    each: ({ scenario, call, moment, problem }, all) => {
      done += 1;
      console.error(`${done}/${all} ${seconds()}  ${scenario}: ${moment} ${call}: ${problem ?? 'clean'}`);
    },
  });
  console.log(table(cells));
  process.exitCode = cells.every(({ problem }) => problem === undefined) ? 0 : 1;
} finally {
  await rm(folderOfCode, { recursive: true, force: true });
}
