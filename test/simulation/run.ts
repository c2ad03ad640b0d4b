import { act } from './acting.ts';
import type { Story } from './story.ts';
import { createWorld, type World } from './world.ts';
import { type Violation, watchdog } from './watchdog.ts';

export interface Result {
  readonly violation: Violation | undefined;
  readonly hash: string;
  readonly lines: readonly string[];
  /** Calls of all controllers to both APIs. */
  readonly calls: number;
}

/** Runs the story: its moments, then calm, then the end of all Services. Pure: equal stories give equal results. */
export async function run(story: Story): Promise<Result> {
  const world = createWorld(story.seed, story.clusters, story);
  const dog = watchdog(world);
  try {
    await play(world, story, () => dog.violation !== undefined);
    if (!dog.violation) await dog.settle();
    if (!dog.violation) await dog.empty();
  } catch (error) {
    dog.fail('run', error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    world.close();
  }
  const calls = [...world.clusters.values()]
    .flatMap(({ lives }) => lives)
    .reduce((sum, { calls: each }) => sum + each, 0);
  return { violation: dog.violation, hash: world.trace.hash(), lines: world.trace.lines, calls };
}

async function play(world: World, { moments }: Story, over: () => boolean): Promise<void> {
  for (const cluster of world.clusters.values()) cluster.begin();
  for (const { at, what } of moments.toSorted((a, b) => a.at - b.at)) {
    if (over()) return;
    await world.clock.advance(Math.max(0, at - world.clock.monotonic()));
    if (!quiet.has(what.do)) world.trace.add('world', JSON.stringify(what));
    // Not waited for: people and the cloud take their time beside everything else.
    act(world, what).catch((error: unknown) => world.trace.add('world', `could not: ${String(error)}`));
  }
  await world.clock.advance(5000);
}

/** These tell of themselves. */
const quiet: ReadonlySet<string> = new Set(['create-service', 'edit-service', 'edit-status', 'delete-service']);
