import { describe, expect, test } from 'vitest';
import { readCases, traceFiles, tracesFolder } from './recorded.ts';
import { replay, type Verdict } from './replay.ts';

/** Requests of each file that are answered as recorded; raised with every mend, never lowered. */
const floors: Readonly<Record<string, number>> = {
  '01-discovery.jsonl': 132,
  '02-nodeport.jsonl': 166,
  '03-loadbalancer.jsonl': 186,
  '04-defaulting.jsonl': 134,
  '05-validation.jsonl': 340,
  '06-watch.jsonl': 163,
  '07-list.jsonl': 145,
  '08-apply.jsonl': 236,
  '09-lease.jsonl': 60,
  '10-nodes-slices.jsonl': 131,
  '11-auth.jsonl': 146,
  '12-other-kinds.jsonl': 91,
  '13-informers.jsonl': 44,
};

const folder = tracesFolder();
const why = folder === undefined ? ' (skipped: no golden traces; set PORTICO_KUBE_TRACES to their folder)' : '';

/** Set to a word of a case's id (or to nothing), prints where its answers differ. */
const shown = process.env['PORTICO_KUBE_DIFFERENCES'];

describe.skipIf(folder === undefined)(`answers of a real API server${why}`, () => {
  test.each(folder === undefined ? [] : traceFiles(folder))('%s', async (file) => {
    const verdicts: Verdict[] = [];
    for (const recorded of readCases(folder ?? '', file)) verdicts.push(...(await replay(recorded)));
    const same = verdicts.filter(({ differences }) => differences.length === 0).length;
    console.log(`${file}: ${same} of ${verdicts.length} as recorded`);
    for (const verdict of verdicts) report(verdict);
    expect(same).toBeGreaterThanOrEqual(floors[file] ?? Number.POSITIVE_INFINITY);
  });
});

function report({ request, differences }: Verdict): void {
  if (shown === undefined || differences.length === 0 || !request.id.includes(shown)) return;
  console.log([`${request.id} ${request.method} ${request.path}`, ...differences].join('\n    '));
}
