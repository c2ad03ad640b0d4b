import { createHash } from 'node:crypto';
import { type Owner, ownerKey } from './owner.ts';

/** What most clouds take: RFC 1035 labels. */
const longest = 63;

/**
 * `<prefix>-<cluster8>-<namespace>-<name>-<hash8>[-role]`, and without the Service's part for what a cluster shares.
 * At most 63 characters of `[a-z0-9-]`; the readable part is cut, hash and role always survive, so that owners with
 * long or similar names never meet. A Service re-created under its name gets other names. `prefix` begins with a letter.
 */
export function resourceName(prefix: string, owner: Owner, role = ''): string {
  const readable = [prefix, owner.cluster.slice(0, 8)];
  if (owner.kind === 'service') readable.push(owner.namespace, owner.name);
  const hash = createHash('sha256').update(ownerKey(owner)).digest('hex').slice(0, 8);
  const tail = role === '' ? `-${hash}` : `-${hash}-${role}`;
  const head = readable
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longest - tail.length)
    .replace(/-+$/, '');
  return `${head}${tail}`;
}
