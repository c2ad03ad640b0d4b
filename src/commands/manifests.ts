import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { PorticoError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import { error, type Finding, isObject } from '../model/shape.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * The files that are named, and the manifests directly in folders that are named, sorted, as kubectl reads them.
 * Throws `invalid` for a folder without any.
 */
export async function manifestFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const isFolder =
        path !== '-' &&
        (await stat(path).then(
          (found) => found.isDirectory(),
          () => false,
        ));
      if (!isFolder) return [path];
      const names = (await readdir(path, { withFileTypes: true }))
        .filter((entry) => !entry.isDirectory() && /\.(ya?ml|json)$/.test(entry.name))
        .map(({ name }) => name)
        .toSorted();
      if (names.length > 0) return names.map((name) => join(path, name));
      throw new PorticoError('invalid', `There is no manifest in the folder ${path}: no .yaml, .yml or .json.`, {
        object: path,
      });
    }),
  );
  return files.flat();
}

/** How messages name a file. */
export const titleOf = (path: string): string => (path === '-' ? 'standard input' : path);

/** The objects in a file (`-` is standard input) of one or more YAML documents. Throws `invalid` with the file and what is wrong in it. */
export async function readManifests(path: string): Promise<Manifest[]> {
  const text = await (path === '-' ? readAll(process.stdin) : readFile(path, 'utf8')).catch((cause: Error) => {
    throw new PorticoError('invalid', `Cannot read the manifest: ${cause.message}.`, { object: titleOf(path), cause });
  });
  const { parseAllDocuments } = await import('yaml');
  return parseAllDocuments(text).flatMap((document, index) => {
    const place = `document ${index + 1} of ${titleOf(path)}`;
    const [problem] = document.errors;
    if (problem)
      throw new PorticoError('invalid', `Cannot read ${place}: ${problem.message}`, { object: path, cause: problem });
    const value: unknown = document.toJS();
    if (value === null || isKustomization(value)) return [];
    const inside = itemsOf(value);
    if (inside) return inside.map((item, at) => manifestOf(item, `item ${at + 1} in ${place}`));
    return [manifestOf(value, place)];
  });
}

function manifestOf(value: unknown, place: string): Manifest {
  if (isManifest(value)) return value;
  const missing = ['apiVersion', 'kind', 'metadata.name'].filter((field) => !isText(fieldAt(value, field)));
  const hints = missing.flatMap((field) => nearField(value, field) ?? []);
  throw new PorticoError(
    'invalid',
    `${place} is no Kubernetes object: it needs ${missing.join(', ').replace(/, (?=[^,]*$)/, ' and ')}${hints.length === 0 ? '' : `; ${hints.join('; ')}`}.`,
    { object: place },
  );
}

/** What `kubectl -k` builds from, in a folder of manifests; it has no name and is applied nowhere. */
const isKustomization = (value: unknown): boolean =>
  String(fieldAt(value, 'apiVersion')).startsWith('kustomize.config.k8s.io/');

const isText = (value: unknown): boolean => typeof value === 'string';

/** The value at a path such as `metadata.name`. */
const fieldAt = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((object, field) => (isObject(object) ? object[field] : undefined), value);

const isManifest = (value: unknown): value is Manifest =>
  ['apiVersion', 'kind', 'metadata.name'].every((field) => isText(fieldAt(value, field)));

/** What stands where the field should, if it is a misspelling of it. */
function nearField(value: unknown, path: string): string | undefined {
  const [first = '', second] = path.split('.');
  const inner = second === undefined ? undefined : fieldAt(value, first);
  const [object, field, above] = isObject(inner) ? [inner, second ?? '', `${first}.`] : [value, first, ''];
  const found = isObject(object) ? Object.keys(object).find((key) => nearest(key, [field]) !== undefined) : undefined;
  return found === undefined || found === field ? undefined : `${above}${found} should be ${above}${field}`;
}

/** The objects of a list such as `kubectl get -o yaml` gives; those of a ServiceList need not say what they are. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (!isObject(value)) return undefined;
  const { apiVersion, kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return undefined;
  if (kind === 'List') return items;
  const own = { apiVersion, kind: kind.slice(0, -'List'.length) };
  return (items as readonly unknown[]).map((item) => (isObject(item) ? { ...own, ...item } : item));
}

export const isService = ({ apiVersion, kind }: Manifest): boolean => apiVersion === 'v1' && kind === 'Service';

/** https://kubernetes.io/docs/reference/kubernetes-api/ */
const coreKinds = [
  'Binding',
  'ComponentStatus',
  'ConfigMap',
  'Endpoints',
  'Event',
  'LimitRange',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'PodTemplate',
  'ReplicationController',
  'ResourceQuota',
  'Secret',
  'Service',
  'ServiceAccount',
];

/** What an object was perhaps meant to be that is, as it stands, no Service: of another kind, or of no API. */
export function kindFindings({ apiVersion, kind }: Manifest): readonly Finding[] {
  if (kind === 'Service') {
    // Others have kinds of that name, in groups of their own, whose names are domains.
    if (apiVersion.includes('.') && apiVersion.includes('/')) return [];
    return [error('apiVersion', `is ${JSON.stringify(apiVersion)}, and that of a Service is v1`)];
  }
  if (apiVersion !== 'v1' || coreKinds.includes(kind)) return [];
  const near = nearest(kind, coreKinds);
  return [error('kind', `is no kind of v1${near === undefined ? '' : `; did you mean ${near}?`}`)];
}
