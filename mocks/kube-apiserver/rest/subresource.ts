import type { Call } from '../cluster.ts';
import type { Subresource, Verb } from '../kind.ts';
import { ApiError } from '../status.ts';
import type { Outcome } from './outcome.ts';

/** Subresources whose body is of another kind than the object: bindings, evictions, scale. */
export function subresourceRequest(call: Call, subresource: Subresource, verb: Verb): Outcome {
  if (subresource.handle) return subresource.handle(call, verb);
  throw new ApiError(501, 'NotImplemented', `${call.kind.plural}/${subresource.name} is not implemented`);
}
