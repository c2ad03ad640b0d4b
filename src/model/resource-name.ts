import { createHash } from 'node:crypto';
import { type Owner, ownerKey } from './owner.ts';

/** What most clouds take: RFC 1035 labels. */
const longest = 63;

/**
 * `<prefix>-<cluster8>-<namespace>-<name>-<hash8>[-role]`, and without the Service's part for what a cluster shares.
 * At most 63 characters of `[a-z0-9-]`; the readable part is cut, hash and role always survive, so that owners with
 * long or similar names never meet. A Service re-created under its name gets other names. `prefix` begins with a
 * letter; a role that is too long or not a label is replaced by its hash.
 */
export function resourceName(prefix: string, owner: Owner, role = ''): string {
  const readable = [prefix, owner.cluster.slice(0, 8)];
  if (owner.kind === 'service') readable.push(owner.namespace, owner.name);
  const suffix = role === '' || shortLabel.test(role) ? role : hash8(role);
  const tail = [hash8(ownerKey(owner)), ...(suffix === '' ? [] : [suffix])].join('-');
  const head = readable
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longest - tail.length - 1)
    .replace(/-+$/, '');
  return `${head}-${tail}`;
}

const shortLabel = /^[a-z0-9]([-a-z0-9]{0,28}[a-z0-9])?$/;

const hash8 = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
