import { parentPort, workerData } from 'node:worker_threads';
import { plant } from './planted/plant.ts';

/** What a worker is asked, seed by seed. */
export interface Report {
  readonly seed: number;
  readonly calls: number;
  readonly hash: string;
  readonly violation: { readonly rule: string; readonly message: string } | undefined;
}

const asked = workerData as { readonly planted: string | undefined; readonly late: boolean | undefined };
// Before anything of the product is loaded.
const defect = asked.planted === undefined ? undefined : plant(asked.planted);
const { late, storyOf } = await import('./generate.ts');
const { run } = await import('./run.ts');

/** A story in which the planted piece never runs is not played. */
const idle = { violation: undefined, calls: 0, hash: '' };

parentPort?.on('message', (seed: number) => {
  const story = asked.late === true ? late(storyOf(seed)) : storyOf(seed);
  const isPlayed = story.election || defect?.needsElection !== true;
  void (isPlayed ? run(story) : Promise.resolve(idle)).then(({ violation, calls, hash }) => {
    const report: Report = { seed, calls, hash, violation };
    parentPort?.postMessage(report);
    return report;
  });
});
