import { alreadyExists, ApiError, inUse, notFound, notReady } from './api-error.ts';
import { findKind } from './catalog.ts';
import { mergePatch, replaceAll } from './changes.ts';
import { checkName } from './fields.ts';
import { compact, type Document, omit, part, text } from './json.ts';
import type { Action, ActionRequest, Kind, Placement } from './kind.ts';
import { checkLabels } from './kinds/labels.ts';
import { type Key, keyOf, projectPath } from './links.ts';
import type { Operation } from './operation-log.ts';
import type { QuotaRefusal } from './quotas.ts';
import { dropLink, referencedKeys, resolveReferences } from './references.ts';
import { serverFields } from './showing.ts';
import type { Entry } from './resource-store.ts';
import { type Call, callOf, withoutDelay, type Workshop } from './workshop.ts';

/** The entry, unless it is absent or some operation has it. */
function readyEntry({ site, store }: Workshop, key: Key, overlap: boolean): Entry {
  const entry = store.get(key);
  if (entry === undefined) throw notFound(projectPath(site.project, key));
  if (entry.phase !== 'ready' || (entry.running > 0 && !overlap)) throw notReady(projectPath(site.project, key));
  return entry;
}

export function insert(shop: Workshop, call: Call): Operation {
  const { site, store, quotas } = shop;
  const { kind, scope } = call;
  const name = checkName(call.body);
  const key = keyOf(scope, kind.collection, name);
  if (store.get(key) !== undefined) throw alreadyExists(projectPath(site.project, key));
  const placement: Placement = { site, scope, key };
  const asked = omit(call.body, [...serverFields, ...kind.outputs]);
  if (kind.labels === true) checkLabels(part(asked, 'labels'), 'resource.labels');
  const completed = kind.complete(resolveReferences(kind, asked, placement), placement);
  const metrics = kind.quota?.(completed, scope) ?? [];
  const refusal = quotas.check(metrics, scope);
  if (refusal !== undefined) return refuseForQuota(shop, call, key, refusal);
  const body = compact(kind.acquire?.(completed, placement) ?? completed);
  const entry: Entry = {
    key,
    collection: kind.collection,
    scope,
    name,
    id: shop.newId(),
    sequence: shop.nextSequence(),
    body: { ...body, creationTimestamp: shop.stamp() },
    phase: 'creating',
    running: 1,
  };
  const taken = offspringOf(shop, entry)[0];
  if (taken !== undefined) throw alreadyExists(projectPath(site.project, taken.key));
  store.put(entry, referencedKeys(kind, body));
  quotas.count(metrics, scope, 1);
  return begin(shop, call, entry, 'insert', {
    commit: () => {
      comeToRest(shop, kind, key);
      for (const { collection, scope: at, body: child } of kind.offspring?.(entry, site) ?? []) {
        const childKind = findKind(collection);
        if (childKind !== undefined) insert(withoutDelay(shop), callOf(childKind, at, child));
      }
    },
    rollback: () => {
      kind.release?.(entry, site);
      quotas.count(metrics, scope, -1);
      store.remove(key);
    },
  });
}

/** Nothing is made. The refusal is the answer's or the operation's, as the owner of the mock wants it. */
function refuseForQuota(shop: Workshop, call: Call, key: Key, { message, quotaInfo }: QuotaRefusal): Operation {
  if (shop.quotas.refusedBy === 'call') throw new ApiError(403, 'quotaExceeded', message);
  const failure = { code: 'QUOTA_EXCEEDED', message, httpStatus: 403, errorDetails: [{ quotaInfo }] };
  const nothing = () => undefined;
  const target = { key, id: shop.newId() };
  return begin(shop, { ...call, failure }, target, 'insert', { commit: nothing, rollback: nothing });
}

/** With the body of now, not that of the operation's start: a VM that has gone since then took its membership along. */
function comeToRest({ store }: Workshop, kind: Kind, key: Key): void {
  const entry = store.get(key);
  if (entry !== undefined) store.put({ ...entry, phase: 'ready', running: 0 }, referencedKeys(kind, entry.body));
}

export function remove(shop: Workshop, call: Call, name: string): Operation {
  const { site, store } = shop;
  const { kind } = call;
  const entry = readyEntry(shop, keyOf(call.scope, kind.collection, name), false);
  const offspring = offspringOf(shop, entry);
  for (const one of [entry, ...offspring]) {
    const user = store
      .referrers(one.key)
      .find((referrer) => holdsStrongly(referrer, one) && !offspring.includes(referrer));
    if (user === undefined) continue;
    const noun = findKind(one.collection)?.noun ?? kind.noun;
    throw inUse(noun, projectPath(site.project, one.key), projectPath(site.project, user.key));
  }
  kind.checkDelete?.(entry, site);
  store.put({ ...entry, phase: 'deleting', running: 1 }, referencedKeys(kind, entry.body));
  return begin(shop, call, entry, 'delete', {
    commit: () => {
      for (const child of offspring) {
        const childKind = findKind(child.collection);
        if (childKind !== undefined) remove(withoutDelay(shop), callOf(childKind, child.scope, {}), child.name);
      }
      for (const member of store.referrers(entry.key)) dropMember(shop, member, entry.key);
      kind.release?.(entry, site);
      shop.quotas.count(kind.quota?.(entry.body, entry.scope) ?? [], entry.scope, -1);
      store.remove(entry.key);
    },
    rollback: () => comeToRest(shop, kind, entry.key),
  });
}

const offspringOf = ({ site, store }: Workshop, entry: Entry): readonly Entry[] =>
  (findKind(entry.collection)?.offspring?.(entry, site) ?? []).flatMap(
    ({ collection, scope, body }) => store.get(keyOf(scope, collection, text(body, 'name') ?? '')) ?? [],
  );

/** By kinds, not by bodies: what a change under way will refer to is held as well. */
const holdsStrongly = (referrer: Entry, held: Entry): boolean =>
  findKind(referrer.collection)?.references.some(({ to, weak }) => weak !== true && to.includes(held.collection)) ??
  false;

/** A deleted VM leaves the groups and pools that it was in. */
function dropMember({ store }: Workshop, member: Entry, gone: Key): void {
  const kind = findKind(member.collection);
  if (kind === undefined) return;
  const body = dropLink(kind, member.body, gone);
  store.put({ ...member, body }, referencedKeys(kind, body));
}

export function change(shop: Workshop, call: Call, name: string, verb: 'patch' | 'update'): Operation {
  const { kind, scope } = call;
  const entry = readyEntry(shop, keyOf(scope, kind.collection, name), false);
  const placement: Placement = { site: shop.site, scope, key: entry.key, previous: entry.body };
  const asked = resolveReferences(kind, omit(call.body, [...kind.outputs]), placement);
  const merge = verb === 'patch' ? mergePatch : replaceAll;
  const completed = kind.complete(merge({ kind, entry, asked, cleared: call.cleared, site: shop.site }), placement);
  const body = compact(completed);
  return beginChange(shop, call, entry, verb, () => body);
}

export function act(shop: Workshop, call: Call, name: string, verb: string, action: Action): Operation {
  if (!('change' in action)) throw new Error(`${verb} is not a change`);
  const overlap = action.overlap ?? false;
  const entry = readyEntry(shop, keyOf(call.scope, call.kind.collection, name), overlap);
  const request = (current: Entry): ActionRequest => ({
    site: shop.site,
    entry: current,
    body: call.body,
    query: call.query,
  });
  const type = overlap && call.kind.collection !== 'targetPools' ? `compute.${call.kind.collection}.${verb}` : verb;
  return beginChange(shop, call, entry, type, (current) => compact(action.change(request(current))));
}

/** Shows the old state until the operation ends; what the new one refers to is in use from the start. */
function beginChange(
  shop: Workshop,
  call: Call,
  entry: Entry,
  type: string,
  next: (current: Entry) => Document,
): Operation {
  const { store } = shop;
  const planned = next(entry);
  store.put({ ...entry, running: entry.running + 1 }, [
    ...referencedKeys(call.kind, entry.body),
    ...referencedKeys(call.kind, planned),
  ]);
  const settle = (body: (current: Entry) => Document) => () => {
    const current = store.get(entry.key);
    if (current === undefined) return;
    const settled = body(current);
    store.put({ ...current, body: settled, running: current.running - 1 }, referencedKeys(call.kind, settled));
  };
  return begin(shop, call, entry, type, { commit: settle(next), rollback: settle((current) => current.body) });
}

function begin(
  { site, operations }: Workshop,
  { scope, requestId, failure }: Call,
  entry: Pick<Entry, 'key' | 'id'>,
  type: string,
  effects: { readonly commit: () => void; readonly rollback: () => void },
): Operation {
  const targetLink = site.link(entry.key);
  return operations.start({ type, scope, targetLink, targetId: entry.id, requestId, failure, ...effects });
}
