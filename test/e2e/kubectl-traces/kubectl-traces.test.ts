import { describe, expect, test } from 'vitest';
import {
  type RecordedCase,
  type RecordedRun,
  readCases,
  traceFiles,
  tracesFolder,
} from '../../mocks/kube-apiserver/traces/recorded.ts';
import { program } from '../portico-process.ts';
import { knownDifferences } from './known-differences.ts';
import { replayRuns, type RunVerdict } from './replay.ts';

const folder = tracesFolder();
const version = (await program('kubectl', ['version', '--client']))?.split('\n')[0];
const missing = [
  ...(version === undefined ? ['kubectl is not installed'] : []),
  ...(folder === undefined ? ['no golden traces; set PORTICO_KUBE_TRACES to their folder'] : []),
].join('; ');

if (missing !== '') console.log(`The recorded kubectl runs are not repeated: ${missing}`);

/** Runs of one case come one after the other, so many cases beside each other. */
const atOnce = 3;

/** All cases with `npm run test:kubectl`, else a few quick ones of each file. */
const all = process.env['PORTICO_KUBECTL_CASES'] === 'all';
const few = 2;

/** Set to a word of a case's id (or to nothing), prints where its runs differ, known differences too. */
const shown = process.env['PORTICO_KUBE_DIFFERENCES'];

describe.skipIf(missing !== '')(`kubectl as against a real API server (${missing || version})`, () => {
  test.each(folder === undefined ? [] : traceFiles(folder).filter(hasRuns))('%s', async (file) => {
    const cases = readCases(folder ?? '', file).filter((each) => runsOf(each).length > 0);
    const skipped = cases.flatMap(whyNot);
    const possible = cases.filter((each) => whyNot(each).length === 0);
    const verdicts = await sideBySide(all ? possible : possible.filter(isQuick).slice(0, few));
    const same = verdicts.filter(({ differences }) => differences.length === 0).length;
    const left = skipped.length === 0 ? '' : `, ${skipped.length} skipped: ${[...new Set(skipped)].join('; ')}`;
    console.log(`${file}: ${same} of ${verdicts.length} kubectl runs as recorded${left}`);
    for (const verdict of verdicts) report(verdict);
    const unknown = verdicts.filter(({ run, differences }) => differences.length > 0 && !knownDifferences[run.id]);
    expect(unknown.map(({ run }) => run.id)).toEqual([]);
  });
});

function hasRuns(file: string): boolean {
  return readCases(folder ?? '', file).some((each) => runsOf(each).length > 0);
}

function runsOf({ steps }: RecordedCase): readonly RecordedRun[] {
  return steps.filter((step) => step.kind === 'cli');
}

const isQuick = (recorded: RecordedCase): boolean =>
  runsOf(recorded).reduce((sum, { durationMs }) => sum + durationMs, 0) < 1000;

/** Why a case cannot be run, once for each run of it. */
function whyNot(recorded: RecordedCase): string[] {
  const runs = runsOf(recorded);
  const foreign = runs.some(({ client }) => !client.startsWith('kubectl'));
  return foreign ? runs.map(() => 'other programs than kubectl') : [];
}

async function sideBySide(cases: readonly RecordedCase[]): Promise<readonly RunVerdict[]> {
  const waiting = [...cases];
  const verdicts: RunVerdict[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      verdicts.push(...(await replayRuns(next)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return verdicts;
}

function report({ run, differences }: RunVerdict): void {
  if (differences.length === 0) return;
  if (knownDifferences[run.id] !== undefined && (shown === undefined || !run.id.includes(shown))) return;
  console.log([`${run.id} kubectl ${run.args.join(' ')}`, ...differences].join('\n    '));
}
