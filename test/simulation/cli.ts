import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { late, storyOf } from './generate.ts';
import { runSeeds } from './pool.ts';
import { run } from './run.ts';
import { shrink } from './shrink.ts';

const help = `Plays stories of seeds, and tells which promise each breaks (test/simulation/README.md has the rules).

  npm run sim -- --seed 42                     one seed: all that happens; a failure is shrunk to a short story
  npm run sim -- --seed 42 --quiet             only the result, and the short story
  npm run sim -- --seed 42 --no-shrink         without looking for a shorter story
  npm run sim -- --seeds 1000                  seeds 1 to 1000, in worker threads
  npm run sim -- --seeds 500 --from 2001       seeds 2001 to 2500
  npm run sim -- --seeds 1000 --open 286,370   two of them are known to break a promise: it fails when another does, or one of them no more
  npm run sim -- --seeds 1000 --late           processes crash while what they sent is on its way, which arrives late
  npm run sim -- --seeds 1000 --jobs 1         in one thread (default: as many as there are cores)

Ends with 1 when a promise is broken, with 2 when it is asked for something that it does not have.`;

const options = {
  help: { type: 'boolean', short: 'h', default: false },
  seed: { type: 'string' },
  seeds: { type: 'string' },
  from: { type: 'string', default: '1' },
  open: { type: 'string', default: '' },
  jobs: { type: 'string', default: String(availableParallelism()) },
  late: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  'no-shrink': { type: 'boolean', default: false },
} as const;

const values = asked();
if (values.help) console.log(help);
else if (values.seeds === undefined) await one(wholeNumber('seed', values.seed ?? values.from));
else await many(wholeNumber('from', values.from), wholeNumber('seeds', values.seeds), wholeNumber('jobs', values.jobs));

function asked(): ReturnType<typeof parseArgs<{ readonly options: typeof options }>>['values'] {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string): number {
  return /^[1-9]\d*$/.test(text) ? Number(text) : refuse(`--${name} is to be a whole number from 1 on, not "${text}".`);
}

function refuse(why: string): never {
  console.error(`${why}\n\n${help}`);
  process.exit(2);
}

async function one(seed: number): Promise<void> {
  const story = values.late ? late(storyOf(seed)) : storyOf(seed);
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
  const open = new Set(values.open === '' ? [] : values.open.split(',').map((seed) => wholeNumber('open', seed)));
  for (const seed of open) if (seed < from || seed >= from + count) refuse(`--open ${seed} is not among these seeds.`);
  const broken = new Set<number>();
  let [done, calls] = [0, 0];
  await runSeeds(from, count, {
    jobs,
    late: values.late,
    each: (report) => {
      done += 1;
      calls += report.calls;
      if (report.violation) {
        broken.add(report.seed);
        const known = open.has(report.seed) ? ' (open)' : '';
        console.log(`seed ${report.seed} breaks rule ${report.violation.rule}${known}: ${report.violation.message}`);
      }
      if (done % 100 === 0) console.error(`${done} of ${count}, ${broken.size} failed, ${seconds(began)} s`);
      return broken.size >= 50;
    },
  });
  const mended = [...open].filter((seed) => !broken.has(seed));
  if (mended.length > 0) console.log(`no longer open, take them out of the list: ${mended.join(', ')}`);
  const known = open.size > 0 ? `, ${open.size} of them open` : '';
  console.log(`${done} seeds from ${from}: ${broken.size} failed${known}, ${calls} calls, ${seconds(began)} s`);
  process.exitCode = mended.length > 0 || [...broken].some((seed) => !open.has(seed)) ? 1 : 0;
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}
