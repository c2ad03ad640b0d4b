import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runSeeds } from '../pool.ts';
import type { Report } from '../worker.ts';
import { defects } from './defects.ts';

/** Plants each defect in turn, and tells the first seed that finds it. Fails when one is not found. */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    limit: { type: 'string', default: '2000' },
    jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  },
});
const jobs = Number(values.jobs);
let missed = 0;
console.log('| defect | in | first seed | rule |\n| --- | --- | --- | --- |');
for (const { name, file } of defects.filter((each) => !values.only || each.name.includes(values.only))) {
  let first: Report | undefined;
  await runSeeds(1, Number(values.limit), {
    jobs,
    planted: name,
    each: (report) => {
      if (report.violation && (!first || report.seed < first.seed)) first = report;
      return first !== undefined;
    },
  });
  if (!first) missed += 1;
  console.log(`| ${name} | \`${file}\` | ${first?.seed ?? 'none'} | ${first?.violation?.rule ?? ''} |`);
}
process.exitCode = missed > 0 ? 1 : 0;
