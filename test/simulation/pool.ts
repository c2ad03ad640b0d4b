import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Report } from './worker.ts';

export interface PoolOptions {
  readonly jobs: number;
  /** Name of a planted defect with which the product runs. */
  readonly planted?: string;
  /** Whether what crashed processes sent arrives late. */
  readonly late?: boolean;
  /** Gives true when no more seeds are to be begun. */
  readonly each: (report: Report) => boolean;
}

/** Runs the seeds from `from` on, `count` of them, in worker threads; reports come in no certain order. */
export async function runSeeds(from: number, count: number, { jobs, planted, late, each }: PoolOptions): Promise<void> {
  // Much code runs a little each: compiled at once, though not well, it costs less than it does interpreted.
  setFlagsFromString('--always-sparkplug');
  let next = from;
  const lane = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { planted, late } });
      const feed = (): void => {
        if (next >= from + count) {
          worker.terminate().then(() => resolve(), reject);
          return;
        }
        worker.postMessage(next);
        next += 1;
      };
      worker.on('error', reject);
      worker.on('message', (report: Report) => {
        if (each(report)) next = from + count;
        feed();
      });
      feed();
    });
  await Promise.all(Array.from({ length: Math.min(jobs, count) }, lane));
}
