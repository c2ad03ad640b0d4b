import { type Resource, resource } from '../../src/graph/resource.ts';
import type { LoadBalancerIntent } from '../../src/model/intent.ts';
import { resourceName } from '../../src/model/resource-name.ts';
import type { GceConfig } from './config.ts';
import { firewallPriority } from './kinds/firewall.ts';
import type { Specs } from './kinds/kinds.ts';
import { networkPath } from './paths.ts';
import { allowancesOf } from './ports.ts';

/**
 * The rules that let clients reach the Service at every node's own address, on its nodePorts: what people do by hand with
 * `gcloud compute firewall-rules create … --allow=tcp:30123`. A rule per family that has nodePorts and sources.
 */
export function nodePortRules(
  config: GceConfig,
  { owner, listeners, families, sourceRanges }: LoadBalancerIntent,
): Resource<'firewall', Specs['firewall']>[] {
  const allowed = allowancesOf(
    listeners.flatMap(({ protocol, nodePort }) => (nodePort === null ? [] : [{ protocol, ports: [nodePort] }])),
  );
  if (!config.manageFirewalls || allowed.length === 0) return [];
  return families
    .filter((family) => sourceRanges[family].length > 0)
    .map((family) =>
      resource('firewall', resourceName(config.namePrefix, owner, `nodes-${family}`), {
        network: networkPath(config),
        allowed,
        sources: sourceRanges[family].toSorted(),
        destination: null,
        targetTags: config.nodeTags,
        priority: firewallPriority,
        enabled: true,
      }),
    );
}
