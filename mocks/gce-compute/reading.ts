import { parseFilter } from './filter.ts';
import { type Document, isDocument } from './json.ts';
import { globalScope, projectPath, type Scope, type ScopeType, scopePath } from './links.ts';
import { pageOf, sortRows } from './listing.ts';
import type { World } from './router.ts';

export interface Row {
  readonly scope: Scope;
  readonly row: Document;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** `GET …/forwardingRules`: filtered, sorted, one page. */
export function listAnswer(
  message: string,
  path: string,
  rows: readonly Document[],
  query: URLSearchParams,
  link: (path: string) => string,
): Document {
  const wanted = sortRows(rows.filter(parseFilter(query.get('filter'))), query.get('orderBy'));
  return {
    kind: `compute#${lowerFirst(message)}List`,
    id: link(path).replace(/^.*\/compute\/v1\//, ''),
    ...pageOf(wanted, query),
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
  readonly rows: (scope: Scope) => readonly Document[];
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
  const all = scopes.flatMap((scope) =>
    types.includes(scope.type)
      ? sortRows(rows(scope).filter(filter), query.get('orderBy')).map((row) => ({ scope: scopePath(scope), row }))
      : [],
  );
  const { items: onPage = [], ...page } = pageOf(all, query);
  const items = scopes.map((scope) => {
    const path = scopePath(scope);
    const here = onPage
      .filter((item) => item.scope === path)
      .map(({ row }) => row)
      .filter(isDocument);
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
