import { tableOf } from '../report.ts';
import { growth } from './growth.ts';
import { oneService } from './one-service.ts';
const t0 = performance.now();
const progress = (what: string) => process.stderr.write(`${((performance.now() - t0) / 1000).toFixed(0)} s ${what}\n`);
if (process.argv[2] === 'one') {
  const rows = await oneService(Number(process.argv[3] ?? 500));
  process.stdout.write(
    `${tableOf(rows.map(({ met, ...rest }) => ({ ...rest, met: met === undefined ? '' : met ? 'yes' : 'NO' })))}\n`,
  );
} else {
  const g = await growth(
    [
      { services: 10, nodes: 3 },
      { services: 100, nodes: 100 },
      { services: 1000, nodes: 1000 },
    ].slice(0, Number(process.argv[3] ?? 3)),
    progress,
  );
  console.log(g);
}
