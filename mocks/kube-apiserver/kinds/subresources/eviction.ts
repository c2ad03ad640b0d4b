import { find, isDryRun, save, type Call } from '../../cluster.ts';
import { decodeBody } from '../../decode/body.ts';
import { objectOf } from '../../json.ts';
import type { Subresource } from '../../kind.ts';
import { isTerminating, nameOf, timestamp } from '../../metadata.ts';
import { deleteOne } from '../../rest/delete.ts';
import type { Outcome } from '../../rest/outcome.ts';
import { evictionSchema } from '../../schema/subresources.ts';
import { badRequest, notFound } from '../../status.ts';
import { withCondition } from './binding.ts';
import { done, foreignBody } from './foreign-body.ts';

const name = { group: 'policy', version: 'v1', kind: 'Eviction', plural: 'evictions' } as const;

/** `pods/eviction`: deletes the pod and says why on it. There are no disruption budgets that could refuse. */
export const podEviction: Subresource = { name: 'eviction', verbs: ['create'], kind: name, handle: evict };

function evict(call: Call): Outcome {
  const { object: eviction } = decodeBody(foreignBody(call, name, evictionSchema));
  if (nameOf(eviction) !== call.name) throw badRequest('name in URL does not match name in Eviction object');
  const pod = find(call);
  if (!pod) throw notFound(call.kind, call.name);
  const options = objectOf(eviction['deleteOptions']);
  const dry = isDryRun(call.query);
  if (!dry && !isTerminating(pod)) {
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: timestamp(call.cluster.clock.now()),
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    };
    save(call.cluster, call.kind, withCondition(pod, condition));
  }
  const dryRun = dry ? { dryRun: ['All'] } : {};
  const body = { apiVersion: 'v1', ...options, ...dryRun, kind: 'DeleteOptions' };
  deleteOne({
    ...call,
    subresource: '',
    header: (header) => (header === 'content-type' ? 'application/json' : call.header(header)),
    body: new TextEncoder().encode(JSON.stringify(body)),
  });
  return done();
}
