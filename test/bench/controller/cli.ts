import { tableOf } from '../report.ts';
import { oneService } from './one-service.ts';
const rows = await oneService(Number(process.argv[2] ?? 500));
process.stdout.write(
  `${tableOf(rows.map(({ met, ...rest }) => ({ ...rest, met: met === undefined ? '' : met ? 'yes' : 'NO' })))}\n`,
);
