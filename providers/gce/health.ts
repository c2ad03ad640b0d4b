import { nameOf } from '../../src/graph/resource.ts';
import type { Owner } from '../../src/model/owner.ts';
import type { NodeHealth } from '../../src/provider.ts';
import type { Cloud } from './cloud.ts';
import type { Body } from './compute/calls.ts';
import { list, text } from './compute/fields.ts';
import { lastSegment } from './paths.ts';

/**
 * The machines behind the owner's backend services, by name. The API has a row for each address of the balancer; a
 * machine is well when it is for all of them.
 * https://cloud.google.com/compute/docs/reference/rest/v1/regionBackendServices/getHealth
 */
export async function healthOf(cloud: Cloud, owner: Owner, signal: AbortSignal): Promise<readonly NodeHealth[]> {
  await cloud.settle(owner, signal);
  const { project, region } = cloud.config;
  const services = [...cloud.known.of(owner).values()].filter(({ kind }) => kind === 'backend-service');
  const answers = await Promise.all(
    services.flatMap(({ id, body }) =>
      list(body, 'backends').map((backend) =>
        cloud.compute.ask(
          {
            collection: 'regionBackendServices',
            verb: 'getHealth',
            project,
            location: region,
            name: nameOf(id),
            body: { group: text(backend, 'group') ?? '' },
          },
          signal,
        ),
      ),
    ),
  );
  const nodes = new Map<string, boolean>();
  for (const row of answers.flatMap((answer) => list(answer, 'healthStatus'))) {
    const node = lastSegment(text(row, 'instance') ?? '');
    nodes.set(node, isWell(row) && nodes.get(node) !== false);
  }
  return [...nodes].map(([node, healthy]) => ({ node, healthy })).toSorted((a, b) => (a.node < b.node ? -1 : 1));
}

const isWell = (row: Body): boolean => text(row, 'healthState') === 'HEALTHY';
