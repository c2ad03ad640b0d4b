import type { ResourceId } from '../../src/graph/resource.ts';
import type { ServiceOwner } from '../../src/model/owner.ts';
import { resourceName } from '../../src/model/resource-name.ts';
import type { GceConfig } from './config.ts';
import { type Doubt, pathOfId } from './inventory.ts';
import type { KindName } from './kinds/kinds.ts';

/**
 * Everything that a Service can have under these settings, whatever was ever asked for it: its names follow from the owner.
 * `zones` are those in which it may have endpoints.
 */
export function possibleOf(config: GceConfig, owner: ServiceOwner, zones: Iterable<string>): readonly Doubt[] {
  const named = (kind: KindName, role?: string, zone?: string): Doubt => {
    const id: ResourceId = `${kind}/${resourceName(config.namePrefix, owner, role)}`;
    return { kind, path: pathOfId(config, id, kind, zone) };
  };
  const inside = (role: string): readonly string[] => [role, `internal-${role}`];
  return [
    named('health-check'),
    ...['tcp', 'udp', 'mixed'].flatMap(inside).map((role) => named('backend-service', role)),
    ...config.families.flatMap((family) => [
      ...inside(family).flatMap((role) => [
        named('address', role),
        named('forwarding-rule', role),
        named('firewall', role),
      ]),
      named('firewall', `nodes-${family}`),
    ]),
    ...(config.backends.kind === 'endpoint-groups'
      ? [...zones].map((zone) => named('endpoint-group', zone, zone))
      : []),
  ];
}
