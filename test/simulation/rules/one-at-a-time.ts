import type { Life } from '../life.ts';
import type { Fail } from '../watchdog.ts';
import type { World } from '../world.ts';

/** Rule 6: never two mutations in flight on one resource from one controller; none at all once it may not write. */
export function oneAtATime({ network, clusters, election }: World, fail: Fail): void {
  const flying = new WeakMap<Life, Map<string, string>>();
  const of = (life: Life): Map<string, string> => {
    const known = flying.get(life) ?? new Map<string, string>();
    flying.set(life, known);
    return known;
  };
  network.taps.push({
    sending: (life, call) => {
      if (!call.writes) return;
      const holder = clusters.get(life.cluster)?.holder();
      if (election && holder !== life.name && !call.method.startsWith('leases.')) {
        fail('6', `${life.name} sends ${call.method} for ${call.key} while ${holder || 'nobody'} leads`);
      }
      if (life.retired) fail('6', `${life.name} sends ${call.method} for ${call.key} though it may not write any more`);
      const other = of(life).get(call.key);
      const isLog = call.method.startsWith('events.') || call.method.startsWith('leases.');
      if (other !== undefined && !isLog) {
        fail('6', `${life.name} sends ${call.method} for ${call.key} while its ${other} is under way`);
      }
      of(life).set(call.key, call.method);
    },
    answered: (life, call) => {
      if (call.writes) of(life).delete(call.key);
    },
  });
}
