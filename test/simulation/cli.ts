import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { storyOf } from './generate.ts';
import { runSeeds } from './pool.ts';
import { run } from './run.ts';
import { shrink } from './shrink.ts';

/**
 * `--seed N` plays one seed and prints what happens, and a shorter story when it breaks a promise (`--quiet`: only the
 * result). `--seeds N [--from M] [--jobs J]` plays many.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    quiet: { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
  },
});
if (values.seeds === undefined) await one(Number(values.seed ?? values.from));
else await many(Number(values.from), Number(values.seeds), Number(values.jobs));

async function one(seed: number): Promise<void> {
  const story = storyOf(seed);
  const { violation, lines, hash, calls } = await run(story);
  if (!values.quiet) console.log(lines.join('\n'));
  if (!violation) {
    console.log(`seed ${seed} keeps every promise: ${calls} calls, trace ${hash}`);
    return;
  }
  process.exitCode = 1;
  console.log(`seed ${seed} breaks rule ${violation.rule}: ${violation.message}`);
  if (values['no-shrink']) return;
  const short = await shrink(story, violation.rule);
  const again = await run(short);
  if (!values.quiet) console.log(`\nShorter:\n${again.lines.join('\n')}`);
  console.log(`\n${short.moments.map((moment) => JSON.stringify(moment)).join('\n')}`);
  console.log(`of ${story.moments.length} moments ${short.moments.length} are left: ${again.violation?.message ?? ''}`);
}

async function many(from: number, count: number, jobs: number): Promise<void> {
  const began = performance.now();
  let [done, failed, calls] = [0, 0, 0];
  await runSeeds(from, count, {
    jobs,
    each: (report) => {
      done += 1;
      calls += report.calls;
      if (report.violation) {
        failed += 1;
        console.log(`seed ${report.seed} breaks rule ${report.violation.rule}: ${report.violation.message}`);
      }
      if (done % 100 === 0) console.error(`${done} of ${count}, ${failed} failed, ${seconds(began)} s`);
      return failed >= 50;
    },
  });
  console.log(`${done} seeds from ${from}: ${failed} failed, ${calls} calls, ${seconds(began)} s`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}
