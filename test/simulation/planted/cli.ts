import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runSeeds } from '../pool.ts';
import type { Report } from '../worker.ts';
import { defects } from './defects.ts';

/**
 * Plants each defect in turn, and tells the first seed that finds it: that breaks a promise with it and none without. Fails
 * when one is not found.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    from: { type: 'string', default: '1' },
    limit: { type: 'string', default: '2000' },
    jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  },
});
const [from, limit, jobs] = [Number(values.from), Number(values.limit), Number(values.jobs)];

/** The first seed that breaks a promise because of the defect. */
async function firstWith(planted: string): Promise<Report | undefined> {
  for (let next = from; next < from + limit; ) {
    let first: Report | undefined;
    await runSeeds(next, from + limit - next, {
      jobs,
      planted,
      each: (report) => {
        if (report.violation && (!first || report.seed < first.seed)) first = report;
        return first !== undefined;
      },
    });
    if (!first || !(await breaksAnyway(first.seed))) return first;
    next = first.seed + 1;
  }
  return undefined;
}

async function breaksAnyway(seed: number): Promise<boolean> {
  let broken = false;
  await runSeeds(seed, 1, {
    jobs: 1,
    each: ({ violation }) => {
      broken = violation !== undefined;
      return true;
    },
  });
  return broken;
}

let missed = 0;
console.log('| defect | rule | first seed | seconds |\n| --- | --- | --- | --- |');
const chosen = (values.only ?? '').split(',');
for (const { name } of defects.filter((each) => chosen.some((part) => each.name.includes(part)))) {
  const began = performance.now();
  const first = await firstWith(name);
  if (!first) missed += 1;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`| ${name} | ${first?.violation?.rule ?? ''} | ${first?.seed ?? 'none'} | ${seconds} |`);
}
process.exitCode = missed > 0 ? 1 : 0;
