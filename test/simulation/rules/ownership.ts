import { markOf } from '../mark.ts';
import type { Fail } from '../watchdog.ts';
import type { World } from '../world.ts';

/** What somebody did in the very moment of a call cannot be known to the caller: the API has no conditional delete. */
export const momentMs = 5000;

/** Rule 1: nothing without our mark, or with the mark of another cluster or Service, is ever changed or deleted. */
export function ownership({ network, mirror, hands, clock }: World, fail: Fail): void {
  network.taps.push({
    deliver: (life, call) => {
      const verb = call.method.slice(call.method.indexOf('.') + 1);
      if (!('body' in call) || !call.writes || verb === 'insert') return;
      const target = mirror.resources.get(call.key);
      if (!target) return;
      const mark = markOf(target);
      const touched = hands.touched.get(call.key);
      // Nor can what a dead process sent be taken back.
      if (touched !== undefined && clock.monotonic() - touched < momentMs + life.lateMs) return;
      if (mark?.cluster !== life.cluster) {
        fail(
          '1',
          `${life.name} sends ${call.method} for ${call.key}, which is ${mark ? `of cluster ${mark.cluster}` : 'not marked'}`,
        );
        return;
      }
      const written = call.body && markOf({ name: target['name'], ...call.body });
      if (written && (written.uid !== mark.uid || written.cluster !== mark.cluster)) {
        fail(
          '1',
          `${life.name} sends ${call.method} for ${call.key} of ${String(mark.uid)} with the mark of ${String(written.uid)}`,
        );
      }
    },
  });
}
