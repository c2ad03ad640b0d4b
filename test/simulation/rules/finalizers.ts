import { collectionOf } from '../cloud-mirror.ts';
import { markOf } from '../mark.ts';
import { hasFinalizer } from '../service-ledger.ts';
import type { Fail } from '../watchdog.ts';
import type { World } from '../world.ts';

/**
 * Rule 3: the finalizer is absent only while the Service owns nothing. What came after a controller looked for the last
 * time, by the hand of people or late from a dead process, is an orphan: nobody can look and let go in one.
 */
export function finalizers(world: World, fail: Fail): void {
  const { mirror, services, hands, network } = world;
  /** When a controller last saw what is there, by key of what it asked for. */
  const looked = new Map<string, number>();
  network.taps.push({
    delivered: (_life, { method, key }, status) => {
      if (status !== 200 && status !== 404) return;
      if (method.endsWith('.get')) looked.set(key, network.now());
      if (method.endsWith('.list')) looked.set(collectionOf(`${key}/`), network.now() - network.staleMs());
    },
  });
  const isUnseen = (key: string): boolean =>
    (hands.strays.get(key) ?? -1) > Math.max(looked.get(key) ?? 0, looked.get(collectionOf(key)) ?? 0);

  mirror.onChange((key, _before, after) => {
    const mark = after && markOf(after);
    if (!mark?.uid || isUnseen(key)) return;
    const recorded = services.all.get(mark.uid);
    if (!recorded || recorded.gone || !hasFinalizer(recorded.latest)) {
      fail('3', `${key} is there while ${recorded?.key ?? mark.uid} has no finalizer`);
    }
  });
  services.onChange(({ uid, key, latest, gone }, before) => {
    if (!before || !hasFinalizer(before) || (!gone && hasFinalizer(latest))) return;
    const left = [...mirror.resources]
      .filter(([each, body]) => markOf(body)?.uid === uid && !isUnseen(each))
      .map(([each]) => each);
    if (left.length > 0) fail('3', `${key} lost its finalizer while it owns ${left.join(', ')}`);
  });
}
