import { parseArgs } from 'node:util';
import { storyOf } from './generate.ts';
import { run } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
    quiet: { type: 'boolean' },
  },
});
const from = Number(values.seed ?? values.from ?? 1);
const count = Number(values.seeds ?? 1);
let failed = 0;
const began = performance.now();
let calls = 0;
for (let seed = from; seed < from + count; seed += 1) {
  const result = await run(storyOf(seed));
  calls += result.calls;
  if (count === 1 && !values.quiet) console.log(result.lines.join('\n'));
  if (result.violation) {
    failed += 1;
    console.log(`seed ${seed}: rule ${result.violation.rule} at ${result.violation.at}: ${result.violation.message}`);
  }
}
console.log(`${count} runs, ${failed} failed, ${calls} calls, ${Math.round(performance.now() - began)} ms`);
process.exitCode = failed > 0 ? 1 : 0;
