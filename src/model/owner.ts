/** What one Service owns. `uid` tells it from an earlier Service of the same name. */
export interface ServiceOwner {
  readonly kind: 'service';
  /** Id of the cluster, unique among all that share a cloud project. */
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What all Services of a cluster share. */
export interface ClusterOwner {
  readonly kind: 'cluster';
  readonly cluster: string;
}

export type Owner = ServiceOwner | ClusterOwner;

/** One string per owner, for maps. A Service re-created under its name is another owner. */
export const ownerKey = (owner: Owner): string =>
  owner.kind === 'cluster' ? `${owner.cluster}/` : `${owner.cluster}/${owner.uid}`;

/** `Service default/web`, `cluster prod`: how messages name an owner. */
export const ownerLabel = (owner: Owner): string =>
  owner.kind === 'cluster' ? `cluster ${owner.cluster}` : `Service ${owner.namespace}/${owner.name}`;

/**
 * The mark that every resource of ours carries where the cloud keeps free text (a description). Ownership is decided by
 * it and by nothing else: not by name, not by what refers to what.
 */
export interface OwnerMark {
  readonly owner: Owner;
  /** What the resource is for, the `ResourceId` it has in the graph. */
  readonly role: string;
}

/** The mark as text: one line of JSON with sorted keys, so that equal marks are equal text. */
export function formatMark({ owner, role }: OwnerMark): string {
  const body =
    owner.kind === 'cluster'
      ? { cluster: owner.cluster, role }
      : { cluster: owner.cluster, role, service: `${owner.namespace}/${owner.name}`, uid: owner.uid };
  return JSON.stringify({ portico: body });
}

/** The mark in a text, or undefined when the text is not exactly one of ours. Never throws. */
export function parseMark(text: string | null | undefined): OwnerMark | undefined {
  if (!text?.startsWith('{"portico":')) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const body = field(parsed, 'portico');
  const cluster = field(body, 'cluster');
  const role = field(body, 'role');
  if (typeof cluster !== 'string' || cluster === '' || typeof role !== 'string') return undefined;
  const service = field(body, 'service');
  const uid = field(body, 'uid');
  if (service === undefined && uid === undefined) return { owner: { kind: 'cluster', cluster }, role };
  if (typeof service !== 'string' || typeof uid !== 'string' || uid === '') return undefined;
  const [namespace, name, ...rest] = service.split('/');
  if (!namespace || !name || rest.length > 0) return undefined;
  return { owner: { kind: 'service', cluster, namespace, name, uid }, role };
}

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
