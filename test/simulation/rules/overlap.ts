import type { World } from '../world.ts';

/** How long what a retired controller had sent may still take effect, in milliseconds. */
const echoMs = 200_000;

/**
 * Whether two controllers of the cluster run at once without an election, or did a moment ago. Then what one does can undo what the other has
 * just found out, so that the rules about single moments cannot hold; those about the end do.
 */
export function overlapping({ clusters, clock, election }: World, cluster: string): boolean {
  if (election) return false;
  const lives = clusters.get(cluster)?.lives ?? [];
  const recent = clock.monotonic() - echoMs;
  return lives.filter(({ dead }) => !dead).length > 1 || lives.some(({ retiredAt }) => retiredAt > recent);
}
