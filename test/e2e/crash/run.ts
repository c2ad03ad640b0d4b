import { crashAt, type Reference, referenceOf } from './cell.ts';
import { type Lane, openLane } from './lane.ts';
import type { Moment, Target } from './recorder.ts';
import type { Scenario } from './scenarios.ts';

export interface Cell extends Target {
  readonly scenario: string;
  /** What was wrong; undefined is clean. */
  readonly problem: string | undefined;
}

export interface CrashOptions {
  /** Clusters, clouds and controllers side by side. */
  readonly lanes: number;
  /** Where the processes keep their compiled code, which saves each a part of its beginning. */
  readonly folderOfCode: string;
  /** Told of each cell when it is done, and how many there are. */
  readonly each?: (cell: Cell, all: number) => void;
  /** Left out, all cells are wanted. */
  readonly wanted?: (cell: Omit<Cell, 'problem'>) => boolean;
}

/** Crashes each scenario at each of its calls, in as many lanes at a time. Cells come in the order of the calls. */
export async function crashAll(scenarios: readonly Scenario[], options: CrashOptions): Promise<readonly Cell[]> {
  const { wanted = () => true } = options;
  const slots = await Promise.all(Array.from({ length: options.lanes }, () => openSlot(options.folderOfCode)));
  try {
    const references = await inLanes(slots, scenarios, ({ lane }, scenario, service) =>
      referenceOf(lane(), scenario, `plain-${service}`),
    );
    const cells = scenarios
      .flatMap((scenario, at) => cellsOf(scenario, references[at]))
      .filter(({ scenario, target }) => wanted({ scenario: scenario.name, ...target }));
    return await inLanes(slots, cells, async ({ lane, renew }, { scenario, target, reference }, service) => {
      const problem = await crashAt(lane(), scenario, target, reference, service);
      const cell = { scenario: scenario.name, ...target, problem };
      // What is left would show in the next cells.
      if (problem !== undefined) await renew();
      options.each?.(cell, cells.length);
      return cell;
    });
  } finally {
    await Promise.all(slots.map(({ lane }) => lane().close()));
  }
}

const moments: readonly Moment[] = ['before', 'after'];

const cellsOf = (scenario: Scenario, reference: Reference | undefined) =>
  reference === undefined
    ? []
    : reference.calls.flatMap((call) => moments.map((moment) => ({ scenario, target: { call, moment }, reference })));

/** A place for one lane at a time. */
interface Slot {
  readonly lane: () => Lane;
  readonly renew: () => Promise<void>;
}

async function openSlot(folderOfCode: string): Promise<Slot> {
  const open = async (): Promise<Lane> => {
    const lane = await openLane(folderOfCode);
    await lane.addNode('node-1', 'us-central1-a');
    lane.start();
    return lane;
  };
  let lane = await open();
  return {
    lane: () => lane,
    renew: async () => {
      await lane.close();
      lane = await open();
    },
  };
}

/** Does the jobs, each under the name of a Service of its own, as slots get free. */
async function inLanes<J, R>(
  slots: readonly Slot[],
  jobs: readonly J[],
  work: (slot: Slot, job: J, service: string) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = jobs.entries();
  await Promise.all(
    slots.map(async (slot) => {
      for (const [at, job] of waiting) results[at] = await work(slot, job, `web${at}`);
    }),
  );
  return results;
}
