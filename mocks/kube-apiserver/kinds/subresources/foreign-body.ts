import type { Call } from '../../cluster.ts';
import type { BodyRequest } from '../../decode/request.ts';
import type { Json } from '../../json.ts';
import type { Kind, KindName } from '../../kind.ts';
import type { Outcome } from '../../rest/outcome.ts';
import type { ObjectSchema } from '../../schema/schema.ts';

/** The request as decoding takes it where the body is of another kind than the path. */
export function foreignBody(call: Call, name: KindName, schema: ObjectSchema): BodyRequest {
  const kind: Kind = { ...call.kind, ...name, schema };
  return { ...call, kind, cluster: { kinds: [...call.cluster.kinds, kind] } };
}

/** What a subresource answers that only does something. */
export function done(): Outcome {
  const body: Readonly<Record<string, Json>> = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  };
  return { type: 'plain', status: 201, body };
}
