import { PorticoError } from '../../src/errors.ts';
import type { Graph, ResourceId } from '../../src/graph/resource.ts';
import { type Owner, ownerKey, ownerLabel } from '../../src/model/owner.ts';
import type { Retained, Retention } from '../../src/provider.ts';
import type { Cloud } from './cloud.ts';
import { text, textMap } from './compute/fields.ts';
import { addressing, type Held, keptLabel } from './inventory.ts';
import type { AddressSpec } from './kinds/address.ts';
import { kindOf } from './kinds/kinds.ts';
import { resourceOf } from './reading.ts';
import { writing } from './writing.ts';

const leftBy = 'Left by ';

/** Whether it is nobody's by now and was a Service's. */
export const isLeft = ({ mark, body }: Held): boolean =>
  mark === undefined && text(body, 'description')?.startsWith(leftBy) === true;

/** How a Service's address, or its whole balancer, outlives it. */
export const retention = (cloud: Cloud): Retention => ({
  lasting,
  disown: async (owner, ids, signal) => {
    await cloud.listed(signal);
    for (const id of ids) await disownOne(cloud, owner, id, signal);
  },
});

/** An address that only its rule holds would end with the rule: to stay it has to be reserved. */
function lasting(held: Graph, what: Retained): Graph {
  const stays = new Map([...held].filter(([, { kind }]) => what === 'everything' || kind === 'address'));
  if (what === 'everything') {
    const forever = [...held.values()].find(({ kind }) => kind === 'endpoint-group');
    if (!forever) return stays;
    throw new PorticoError('unsupported', `${forever.id} cannot be left to nobody; use portico.dev/retain: address.`, {
      object: forever.id,
    });
  }
  for (const [id, resource] of stays) {
    const spec: AddressSpec = { ...(resource.spec as AddressSpec), keep: 'reserved' };
    stays.set(id, { ...resource, spec });
  }
  return stays;
}

async function disownOne(cloud: Cloud, owner: Owner, id: ResourceId, signal: AbortSignal): Promise<void> {
  const known = cloud.known.of(owner).get(id);
  const held = known && (await cloud.reread({ kind: known.kind, path: known.path }, signal));
  if (!held?.mark || ownerKey(held.mark.owner) !== ownerKey(owner)) return;
  const { kind, path } = held;
  try {
    await cloud.compute.change(
      { collection: kindOf(kind).collection, ...addressing(path), ...withoutMark(cloud, owner, held) },
      signal,
    );
    await cloud.reread({ kind, path }, signal);
  } catch (thrown) {
    cloud.known.doubt(owner, { kind, path });
    throw thrown;
  }
}

/** Of addresses and rules the description is for ever, and a label takes the mark back. */
function withoutMark(cloud: Cloud, owner: Owner, held: Held) {
  if (held.kind === 'address' || held.kind === 'forwarding-rule') {
    const labels = { ...textMap(held.body, 'labels'), [keptLabel]: 'true' };
    return { verb: 'setLabels' as const, body: { labels, labelFingerprint: text(held.body, 'labelFingerprint') } };
  }
  const { spec } = resourceOf(cloud, owner, cloud.known.of(owner), new Map(), held);
  const fingerprint = text(held.body, 'fingerprint');
  const body = {
    name: addressing(held.path).name,
    description: `${leftBy}${ownerLabel(owner)}`,
    ...kindOf(held.kind).bodyOf(spec, writing(cloud, owner)),
    ...(fingerprint === null ? {} : { fingerprint }),
  };
  return { verb: 'update' as const, body };
}
