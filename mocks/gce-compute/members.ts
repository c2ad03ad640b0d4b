import { ApiError, invalidField, requiredField } from './api-error.ts';
import { type Document, parts, text, texts } from './json.ts';
import type { ActionRequest, Site } from './kind.ts';
import { type Key, parseLink, projectPath } from './links.ts';
import { resolveLink } from './references.ts';
import type { Entry } from './resource-store.ts';

/** Instances of a group, kept beside its body: a group never shows them. */
export const memberField = '_members';
/** https://cloud.google.com/compute/docs/instance-groups/creating-groups-of-unmanaged-instances */
export const mostMembers = 2000;
/** Most instances, endpoints or health checks that one call may name. */
export const mostPerCall = 1000;

export const membersOf = (group: Document): readonly Key[] => texts(group, memberField);

const isLoadBalanced = (site: Site, group: Key, except?: Key): boolean =>
  site.referrers(group).some(({ key, collection }) => collection === 'backendServices' && key !== except);

const inTwoGroups = (site: Site, instance: Key): ApiError =>
  new ApiError(
    400,
    'instanceInMultipleLoadBalancedIgs',
    `Validation failed for instance '${projectPath(site.project, instance)}': instance may belong to at most one load-balanced instance group.`,
  );

/** Other groups of the instance that some backend service uses. */
const otherBalancedGroup = (site: Site, instance: Key, group: Key): boolean =>
  site
    .referrers(instance)
    .some(({ key, collection }) => collection === 'instanceGroups' && key !== group && isLoadBalanced(site, key));

/** A VM may be in one load-balanced instance group only; the backends about to be set count as load-balanced. */
export function checkLoadBalancedOnce(site: Site, service: Key, backends: readonly Document[]): void {
  const groups = backends.flatMap((backend) => parseLink(text(backend, 'group') ?? '')?.key ?? []);
  const seen = new Map<Key, Key>();
  for (const group of groups.filter((key) => key.includes('/instanceGroups/'))) {
    // A group that is load-balanced already was checked when it became so, and when it got each member.
    const fresh = !isLoadBalanced(site, group, service);
    for (const instance of membersOf(site.get(group)?.body ?? {})) {
      const elsewhere = seen.get(instance);
      if (elsewhere !== undefined && elsewhere !== group) throw inTwoGroups(site, instance);
      if (fresh && otherBalancedGroup(site, instance, group)) throw inTwoGroups(site, instance);
      seen.set(instance, group);
    }
  }
}

/** The instances that a request names, each looked up. */
export function namedInstances({ site, entry, body }: ActionRequest, mustExist = true): readonly Key[] {
  const named = parts(body, 'instances');
  if (named.length === 0) throw requiredField('instances');
  if (named.length > mostPerCall) {
    throw invalidField('instances', named.length, `At most ${mostPerCall} instances may be specified per request.`);
  }
  return named.map((item, at) => {
    const link = text(item, 'instance') ?? '';
    const field = `instances[${at}].instance`;
    if (!mustExist) {
      const key = parseLink(link)?.key;
      if (key === undefined) throw invalidField(field, link, 'The URL is malformed.');
      return key;
    }
    return resolveLink(site, { field, link, to: ['instances'], from: entry.scope, within: 'inside' }).key;
  });
}

export function addMembers(request: ActionRequest): Document {
  const { site, entry } = request;
  const added = namedInstances(request);
  const members = membersOf(entry.body);
  const present = new Set(members);
  const repeated = added.find((key, at) => present.has(key) || added.indexOf(key) !== at);
  if (repeated !== undefined) {
    throw new ApiError(
      400,
      'memberAlreadyExists',
      `Resource '${projectPath(site.project, repeated)}' is already a member of '${projectPath(site.project, entry.key)}'`,
    );
  }
  if (members.length + added.length > mostMembers) {
    throw new ApiError(
      400,
      'instanceGroupSizeLimitExceeded',
      `Exceeded limit '${mostMembers}' of instances in instance group '${projectPath(site.project, entry.key)}'.`,
    );
  }
  if (isLoadBalanced(site, entry.key)) {
    const doubled = added.find((instance) => otherBalancedGroup(site, instance, entry.key));
    if (doubled !== undefined) throw inTwoGroups(site, doubled);
  }
  return { ...entry.body, ...placeOf(site, entry, added), [memberField]: [...members, ...added] };
}

/** The first member decides the group's network; all others must be of the same. */
function placeOf(site: Site, group: Entry, added: readonly Key[]): Document {
  let network = text(group.body, 'network');
  let subnetwork = text(group.body, 'subnetwork');
  for (const key of added) {
    const nic = parts(site.get(key)?.body ?? {}, 'networkInterfaces')[0] ?? {};
    network ??= text(nic, 'network');
    subnetwork ??= text(nic, 'subnetwork');
    if (text(nic, 'network') !== network) {
      throw invalidField('instances', site.link(key), `The instance is not in network '${network}' of the group.`);
    }
  }
  return { ...(network === undefined ? {} : { network }), ...(subnetwork === undefined ? {} : { subnetwork }) };
}

export function removeMembers(request: ActionRequest): Document {
  const { site, entry } = request;
  const removed = namedInstances(request, false);
  const members = membersOf(entry.body);
  const missing = removed.find((key) => !members.includes(key));
  if (missing !== undefined) {
    throw new ApiError(
      400,
      'memberNotFound',
      `Resource '${projectPath(site.project, missing)}' is not a member of '${projectPath(site.project, entry.key)}'`,
    );
  }
  const gone = new Set(removed);
  return { ...entry.body, [memberField]: members.filter((key) => !gone.has(key)) };
}
