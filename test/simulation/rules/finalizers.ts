import { markOf } from '../mark.ts';
import { hasFinalizer } from '../service-ledger.ts';
import type { Fail } from '../watchdog.ts';
import type { World } from '../world.ts';

/** Rule 3: the finalizer is absent only while the Service owns nothing. */
export function finalizers(world: World, fail: Fail): void {
  const { mirror, services, hands } = world;
  mirror.onChange((key, _before, after) => {
    const mark = after && markOf(after);
    if (!mark?.uid || hands.restoring.has(key)) return;
    const recorded = services.all.get(mark.uid);
    if (!recorded || recorded.gone || !hasFinalizer(recorded.latest)) {
      fail('3', `${key} is there while ${recorded?.key ?? mark.uid} has no finalizer`);
    }
  });
  services.onChange(({ uid, key, latest, gone }, before) => {
    if (!before || !hasFinalizer(before) || (!gone && hasFinalizer(latest))) return;
    const left = [...mirror.resources].filter(([, body]) => markOf(body)?.uid === uid).map(([each]) => each);
    if (left.length > 0) fail('3', `${key} lost its finalizer while it owns ${left.join(', ')}`);
  });
}
