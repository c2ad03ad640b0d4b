import { crashAt, type Reference, referenceOf } from './cell.ts';
import { type Lane, openLane } from './lane.ts';
import type { Moment, Target } from './recorder.ts';
import type { Scenario } from './scenarios.ts';

export interface Cell extends Target {
  readonly scenario: string;
  /** What was wrong; undefined is clean. */
  readonly problem: string | undefined;
}

/** Crashes each scenario at each of its calls, in as many lanes at a time. Cells come in the order of the calls. */
export async function crashAll(
  scenarios: readonly Scenario[],
  options: { readonly lanes: number; readonly folderOfCode: string; readonly each?: (cell: Cell) => void },
): Promise<readonly Cell[]> {
  const references = await inLanes(scenarios, options, (lane, scenario, service) =>
    referenceOf(lane, scenario, service),
  );
  const cells = scenarios.flatMap((scenario, at) => cellsOf(scenario, references[at]));
  return inLanes(cells, options, async (lane, { scenario, target, reference }, service, renew) => {
    const problem = await crashAt(lane, scenario, target, reference, service);
    const cell = { scenario: scenario.name, ...target, problem };
    if (problem !== undefined) await renew();
    options.each?.(cell);
    return cell;
  });
}

const moments: readonly Moment[] = ['before', 'after'];

const cellsOf = (scenario: Scenario, reference: Reference | undefined) =>
  reference === undefined
    ? []
    : reference.calls.flatMap((call) => moments.map((moment) => ({ scenario, target: { call, moment }, reference })));

async function inLanes<J, R>(
  jobs: readonly J[],
  { lanes, folderOfCode }: { readonly lanes: number; readonly folderOfCode: string },
  work: (lane: Lane, job: J, service: string, renew: () => Promise<void>) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const walk = async (): Promise<void> => {
    let lane: Lane | undefined;
    const renew = async (): Promise<void> => {
      await lane?.close();
      lane = await openLane(folderOfCode);
      await lane.addNode('node-1', 'us-central1-a');
      lane.start();
    };
    try {
      await renew();
      for (let at = next++; at < jobs.length; at = next++) {
        const job = jobs[at];
        if (lane && job !== undefined) results[at] = await work(lane, job, `web${at}`, renew);
      }
    } finally {
      await lane?.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, walk));
  return results;
}
