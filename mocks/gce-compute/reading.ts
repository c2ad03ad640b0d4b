import { parseFilter } from './filter.ts';
import type { Document } from './json.ts';
import { globalScope, projectPath, type Scope, type ScopeType, scopePath } from './links.ts';
import { type Listed, orderOf, pageOf } from './listing.ts';
import type { World } from './router.ts';

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** `GET …/forwardingRules`: filtered, sorted, one page. */
export function listAnswer(
  message: string,
  path: string,
  rows: readonly Listed[],
  query: URLSearchParams,
  link: (path: string) => string,
): Document {
  const filter = parseFilter(query.get('filter'));
  const placeOf = orderOf(query.get('orderBy'));
  const wanted = rows.filter(({ row }) => filter(row)).map((listed) => ({ row: listed.row, place: placeOf(listed) }));
  const { rows: items, ...page } = pageOf(wanted, query);
  return {
    kind: `compute#${lowerFirst(message)}List`,
    id: link(path).replace(/^.*\/compute\/v1\//, ''),
    ...(items.length > 0 ? { items } : {}),
    ...page,
    selfLink: link(path),
  };
}

/** Scopes that show up in an aggregated list, in the order in which pages go through them. */
function scopesOf({ regions, zones }: World, types: readonly ScopeType[]): readonly Scope[] {
  return [
    ...(types.includes('global') ? [globalScope] : []),
    ...(types.includes('regions') ? regions.map((name): Scope => ({ type: 'regions', name })) : []),
    ...(types.includes('zones') ? zones.map((name): Scope => ({ type: 'zones', name })) : []),
  ];
}

export interface Aggregated {
  readonly message: string;
  readonly collection: string;
  readonly types: readonly ScopeType[];
  readonly rows: (scope: Scope) => readonly Listed[];
}

/** `GET …/aggregated/forwardingRules`: pages count rows over all scopes; a scope without any says so. */
export function aggregatedAnswer(
  world: World,
  { message, collection, types, rows }: Aggregated,
  query: URLSearchParams,
  link: (path: string) => string,
): Document {
  const filter = parseFilter(query.get('filter'));
  const scopes = scopesOf(
    world,
    query.get('includeAllScopes')?.toLowerCase() === 'true' ? ['global', 'regions', 'zones'] : types,
  );
  const placeOf = orderOf(query.get('orderBy'));
  const all = scopes
    .filter(({ type }) => types.includes(type))
    .flatMap((scope) =>
      rows(scope)
        .filter(({ row }) => filter(row))
        .map((listed) => ({
          row: { path: scopePath(scope), row: listed.row },
          place: [scopePath(scope), ...placeOf(listed)],
        })),
    );
  const { rows: onPage, ...page } = pageOf(all, query);
  const items = scopes.map((scope) => {
    const path = scopePath(scope);
    const here = onPage.filter((item) => item.path === path).map(({ row }) => row);
    return [path, here.length > 0 ? { [collection]: here } : { warning: noResults(path) }] as const;
  });
  return {
    kind: `compute#${lowerFirst(message)}AggregatedList`,
    id: projectPath(world.project, `aggregated/${collection}`),
    items: Object.fromEntries(items),
    ...page,
    selfLink: link(`aggregated/${collection}`),
  };
}

const noResults = (scope: string): Document => ({
  code: 'NO_RESULTS_ON_PAGE',
  message: `There are no results for scope '${scope}' on this page.`,
  data: [{ key: 'scope', value: scope }],
});
