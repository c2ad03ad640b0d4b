import type { User } from '../cluster.ts';
import { ApiError, qualifiedPlural } from '../status.ts';
import type { Attributes } from './attributes.ts';

export interface Decision {
  readonly allowed: boolean;
  /** Why; empty where the real server says nothing. */
  readonly reason: string;
}

/** The 403 of a request that authorization refuses. */
export function notAllowed(user: User, attributes: Attributes, reason: string): ApiError {
  const why = reason === '' ? '' : `: ${reason}`;
  const headers = { 'X-Content-Type-Options': 'nosniff' };
  const who = `User ${JSON.stringify(user.name)} cannot ${attributes.verb}`;
  if (attributes.type === 'path') {
    const message = `forbidden: ${who} path ${JSON.stringify(attributes.path)}${why}`;
    return new ApiError(403, 'Forbidden', message, {}).withHeaders(headers);
  }
  const { group, resource, subresource, namespace, name } = attributes;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  const place = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const kind = qualifiedPlural({ group, plural: resource });
  const what = name === '' ? kind : `${kind} ${JSON.stringify(name)}`;
  const message = `${what} is forbidden: ${who} resource ${JSON.stringify(whole)} in API group ${JSON.stringify(group)} ${place}${why}`;
  return new ApiError(403, 'Forbidden', message, { name, group, kind: resource }).withHeaders(headers);
}
