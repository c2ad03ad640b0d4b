import { equal } from '../../src/graph/diff.ts';
import { isRef, isSharedRef, nameOf, type ResourceId } from '../../src/graph/resource.ts';
import type { CloudRecord } from './cloud.ts';
import type { Body, Link } from './cloud-rules.ts';

/** The body that the cloud is sent for a spec: every way to point at something becomes a link. */
export const bodyOf = (spec: object): Body =>
  rewrite(spec, (value): Link | undefined => {
    if (isRef(value)) return { link: value.$ref };
    if (isSharedRef(value)) return { link: value.$shared };
    return 'named' in value ? { link: `address/${String(value.named)}` } : undefined;
  }) as Body;

/**
 * The spec that `desired` would have made for a record. Instance groups are shared; `named` tells which links point at
 * something of a person's, which a spec has by its name. An address shows the value that the cloud chose.
 */
export function specOf({ kind, body, ip }: CloudRecord, named: (id: ResourceId) => boolean): object {
  const spec = rewrite(body, (value) => {
    if (!isLink(value)) return undefined;
    const { link } = value;
    if (link.startsWith('instance-group/')) return { $shared: link };
    return named(link) ? { named: nameOf(link) } : { $ref: link };
  });
  return kind === 'address' ? { ...(spec as object), ip } : (spec as object);
}

/** Whether a record is what a body asks for. An address that the cloud was to choose is right whatever it is. */
export function fulfils(record: CloudRecord, body: Body): boolean {
  const wantedIp = body['ip'] ?? null;
  return equal({ ...record.body, ip: null }, { ...body, ip: null }) && (wantedIp === null || wantedIp === record.ip);
}

const isLink = (value: object): value is Link => 'link' in value;

/** A copy of a JSON value in which `replace` has stood in for the objects for which it gives something. */
function rewrite(value: unknown, replace: (value: object) => object | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const replaced = replace(value);
  if (replaced) return replaced;
  if (Array.isArray(value)) return value.map((inner: unknown) => rewrite(inner, replace));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewrite(inner, replace)]));
}
