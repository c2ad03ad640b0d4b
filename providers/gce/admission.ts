import type { NodeTarget } from '../../src/model/intent.ts';
import type { Admission } from '../../src/provider.ts';
import type { GceConfig } from './config.ts';
import { machineOf } from './paths.ts';

/** A node is where its machine is, whatever its labels say; one of another project or region cannot be a backend. */
export function admit({ project, region }: GceConfig, node: NodeTarget): Admission {
  const machine = machineOf(node.providerId);
  if (!machine) {
    return refused(`its spec.providerID ${JSON.stringify(node.providerId)} is not gce://PROJECT/ZONE/NAME`);
  }
  if (machine.project !== project) {
    return refused(`its machine is in the project ${machine.project}, and load balancers are made in ${project}`);
  }
  if (!machine.zone.startsWith(`${region}-`)) {
    return refused(`its zone ${machine.zone} is not in the region ${region} of the load balancers`);
  }
  return { kind: 'admitted', node: { ...node, zone: machine.zone } };
}

const refused = (why: string): Admission => ({ kind: 'refused', why });

/** The nodes that can be backends, as this cloud places them. */
export const admitted = (config: GceConfig, nodes: readonly NodeTarget[]): NodeTarget[] =>
  nodes.flatMap((node) => {
    const verdict = admit(config, node);
    return verdict.kind === 'admitted' ? [verdict.node] : [];
  });
