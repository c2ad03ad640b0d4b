import type { World } from '../world.ts';

/**
 * Whether two controllers of the cluster run at once. Then what one does can undo what the other has just found out, so
 * that the rules about single moments cannot hold; those about the end do.
 */
export const overlapping = ({ clusters }: World, cluster: string): boolean =>
  (clusters.get(cluster)?.lives.filter(({ dead }) => !dead).length ?? 0) > 1;
