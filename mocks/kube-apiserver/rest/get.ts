import { find, type Call } from '../cluster.ts';
import { notFound } from '../status.ts';
import { checkVersionReached } from './list-options.ts';
import type { Outcome } from './outcome.ts';

export async function get(call: Call): Promise<Outcome> {
  await checkVersionReached(call);
  const object = find(call);
  if (!object) throw notFound(call.kind, call.name);
  return { type: 'object', status: 200, object };
}
