import type { JsonObject } from '../json.ts';
import type { Kind } from '../kind.ts';

function parameter(name: string, description: string, type = 'string'): JsonObject {
  return { name, in: 'query', description, schema: { type, uniqueItems: true } };
}

const dryRun = parameter('dryRun', 'When `All`, nothing is kept: the answer shows what would be.');
const fieldManager = parameter('fieldManager', 'Who owns the fields that this request writes.');
const fieldValidation = parameter(
  'fieldValidation',
  'What unknown and duplicate fields lead to: Ignore, Warn or Strict.',
);
const force = parameter('force', 'Takes fields over from other managers. Only with an apply patch.', 'boolean');
const writing = [dryRun, fieldManager, fieldValidation];

/** Operations of a group and version. kubectl looks for `fieldValidation` on the operations of a kind. */
export function openApiPaths(root: string, kinds: readonly Kind[]): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const kind of kinds) {
    const base = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.plural}` : `${root}/${kind.plural}`;
    const collection: Record<string, JsonObject> = {};
    const object: Record<string, JsonObject> = {};
    const has = (verb: Kind['verbs'][number]): boolean => kind.verbs.includes(verb);
    if (has('list')) collection['get'] = operation(kind, 'list', []);
    if (has('create')) collection['post'] = operation(kind, 'post', writing, 'application/json');
    if (has('deletecollection')) collection['delete'] = operation(kind, 'deletecollection', [dryRun]);
    if (has('get')) object['get'] = operation(kind, 'get', []);
    if (has('update')) object['put'] = operation(kind, 'put', writing, 'application/json');
    if (has('patch')) object['patch'] = operation(kind, 'patch', [...writing, force], 'application/merge-patch+json');
    if (has('delete')) object['delete'] = operation(kind, 'delete', [dryRun]);
    paths[base] = collection;
    paths[`${base}/{name}`] = object;
    if (kind.namespaced && has('list')) paths[`${root}/${kind.plural}`] = { get: operation(kind, 'list', []) };
    for (const { name } of kind.subresources.filter(
      (each) => each.kind === undefined && each.verbs.includes('patch'),
    )) {
      paths[`${base}/{name}/${name}`] = {
        get: operation(kind, 'get', []),
        put: operation(kind, 'put', writing, 'application/json'),
        patch: operation(kind, 'patch', [...writing, force], 'application/merge-patch+json'),
      };
    }
  }
  return Object.fromEntries(Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function operation(kind: Kind, action: string, parameters: readonly JsonObject[], body?: string): JsonObject {
  const { group, version } = kind;
  const reference = { $ref: `#/components/schemas/${kind.schema.name}` };
  return {
    tags: [group === '' ? `core_${version}` : `${group}_${version}`],
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind: kind.kind },
    parameters,
    ...(body === undefined ? {} : { requestBody: { content: { [body]: { schema: reference } }, required: true } }),
    responses: { '200': { description: 'OK', content: { 'application/json': { schema: reference } } } },
  };
}
