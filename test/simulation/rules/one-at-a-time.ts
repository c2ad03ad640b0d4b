import type { CloudCall } from '../cloud-port.ts';
import type { Life } from '../life.ts';
import type { Fail } from '../watchdog.ts';
import type { World } from '../world.ts';

/**
 * Rule 6: never two mutations in flight on one resource from one controller, be it on the wire or, after an answer that got
 * lost, in the cloud; none at all of one that does not lead.
 */
export function oneAtATime({ network, clusters, election, cloud }: World, fail: Fail): void {
  const flying = perLife<string>();
  /** The request by which each resource was changed last. */
  const changed = perLife<{ readonly method: string; readonly requestId: string }>();

  const inTheCloud = (life: Life, { key, method, requestId }: CloudCall): void => {
    if (requestId === undefined) {
      fail(
        '6',
        `${life.name} sends ${method} for ${key} without a request id: the cloud could not tell it from another`,
      );
      return;
    }
    const before = changed(life).get(key);
    changed(life).set(key, { method, requestId });
    if (!before || before.requestId === requestId) return;
    if (cloud.running().some(({ clientOperationId }) => clientOperationId === before.requestId)) {
      fail('6', `${life.name} sends ${method} for ${key} while the operation of its ${before.method} runs`);
    }
  };

  network.taps.push({
    sending: (life, call) => {
      if (!call.writes) return;
      const holder = clusters.get(life.cluster)?.holder();
      if (election && holder !== life.name && !call.method.startsWith('leases.')) {
        fail('6', `${life.name} sends ${call.method} for ${call.key} while ${holder || 'nobody'} leads`);
      }
      const other = flying(life).get(call.key);
      const isLog = call.method.startsWith('events.') || call.method.startsWith('leases.');
      if (other !== undefined && !isLog) {
        fail('6', `${life.name} sends ${call.method} for ${call.key} while its ${other} is under way`);
      }
      flying(life).set(call.key, call.method);
    },
    deliver: (life, call) => {
      if (call.writes) inTheCloud(life, call);
    },
    answered: (life, call) => {
      if (call.writes) flying(life).delete(call.key);
    },
  });
}

function perLife<V>(): (life: Life) => Map<string, V> {
  const known = new WeakMap<Life, Map<string, V>>();
  return (life) => {
    const found = known.get(life) ?? new Map<string, V>();
    known.set(life, found);
    return found;
  };
}
