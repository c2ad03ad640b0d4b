import type { Graph } from '../../src/graph/resource.ts';
import { ownerLabel } from '../../src/model/owner.ts';
import type { Retention } from '../../src/provider.ts';
import type { CloudApi } from './cloud-api.ts';
import { isOwnedBy } from './observe.ts';

/** Whose a resource is, its description says: with another text it is nobody's. */
export function retention(api: CloudApi): Retention {
  return {
    lasting: (held, what): Graph =>
      what === 'everything' ? held : new Map([...held].filter(([, { kind }]) => kind === 'address')),
    disown: async (owner, ids, signal) => {
      for (const id of ids) {
        const record = await api.get(id, signal);
        if (!record) continue;
        const ours = isOwnedBy(record, owner);
        // An earlier try may still be under way, its answer lost.
        const operation = ours ? await api.describe(id, `Left by ${ownerLabel(owner)}`, signal) : record.operation;
        if (operation !== null) await api.wait(operation, signal);
      }
    },
  };
}
