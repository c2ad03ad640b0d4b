import { describe, expect, it } from 'vitest';
import { run } from './run.ts';
import type { Moment, Story } from './story.ts';

const cluster = 'blue';
const node: Moment = { at: 0, what: { do: 'add-node', cluster, node: 'n1', zone: 'us-central1-a' } };

/** Stories that once broke a promise, each as short as it could be made. */
const kept: readonly (readonly [string, Omit<Story, 'clusters'>])[] = [
  [
    'a Service is deleted while the first list of the next process does not show yet what the one before made for it',
    {
      seed: 5,
      election: false,
      sweepMs: 600_000,
      moments: [
        node,
        {
          at: 1318,
          what: { do: 'create-service', cluster, name: 'web', annotations: {}, spec: { ports: [{ port: 80 }] } },
        },
        { at: 1551, what: { do: 'restart', cluster, downMs: 500 } },
        { at: 4280, what: { do: 'delete-service', cluster, name: 'web' } },
        { at: 9428, what: { do: 'stale-lists', staleMs: 13_496, forMs: 34_281 } },
      ],
    },
  ],
];

describe('a story that broke a promise', () => {
  it.each(kept)('%s', async (_title, story) => {
    const { violation } = await run({ clusters: [cluster], ...story });
    expect(violation).toBeUndefined();
  });
});
