import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runSeeds } from './pool.ts';

/**
 * `npm run sim:long`: many seeds in pieces, with a row for each that the README can record, so that a run which is stopped goes
 * on later with `--from`. Ends with 1 when a seed broke a rule.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '200000' },
    piece: { type: 'string', default: '1000' },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
});
const [from, count, piece, jobs] = [values.from, values.seeds, values.piece, values.jobs].map(Number) as [
  number,
  number,
  number,
  number,
];
const git = (...asked: string[]): string => execFileSync('git', asked, { encoding: 'utf8' }).trim();
const changed = git('status', '--porcelain', '--', 'src', 'providers', 'mocks', 'test') === '' ? '' : ' and changes';
const revision = `${git('rev-parse', '--short', 'HEAD')}${changed}`;

console.log('| revision | seeds | broken | calls | core ms each | minutes |\n| --- | --- | --- | ---: | ---: | ---: |');
for (let first = from; first < from + count; first += piece) {
  const size = Math.min(piece, from + count - first);
  const broken: string[] = [];
  let calls = 0;
  const [began, used] = [performance.now(), process.cpuUsage()];
  await runSeeds(first, size, {
    jobs,
    each: (report) => {
      calls += report.calls;
      if (report.violation) {
        broken.push(`${report.seed} (${report.violation.rule})`);
        console.error(`seed ${report.seed} breaks rule ${report.violation.rule}: ${report.violation.message}`);
      }
      return false;
    },
  });
  const { user, system } = process.cpuUsage(used);
  const each = ((user + system) / 1000 / size).toFixed(0);
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  const last = first + size - 1;
  console.log(
    `| ${revision} | ${first} to ${last} | ${broken.join(', ') || 'none'} | ${calls} | ${each} | ${minutes} |`,
  );
  if (broken.length > 0) process.exitCode = 1;
}
