import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { PorticoError } from '../errors.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
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

/** The objects in a file (`-` is standard input) of one or more YAML documents. Throws `invalid` with the file and what is wrong in it. */
export async function readManifests(path: string): Promise<Manifest[]> {
  const text = await (path === '-' ? readAll(process.stdin) : readFile(path, 'utf8')).catch((cause: Error) => {
    throw new PorticoError('invalid', `Cannot read the manifest: ${cause.message}.`, { object: path, cause });
  });
  return parseAllDocuments(text).flatMap((document, index) => {
    const place = `document ${index + 1} of ${path}`;
    const [problem] = document.errors;
    if (problem)
      throw new PorticoError('invalid', `Cannot read ${place}: ${problem.message}`, { object: path, cause: problem });
    const value: unknown = document.toJS();
    if (value === null) return [];
    const inside = itemsOf(value);
    if (inside) return inside.filter(isManifest);
    if (!isManifest(value)) {
      throw new PorticoError(
        'invalid',
        `${place} is no Kubernetes object: it needs apiVersion, kind and metadata.name.`,
        { object: path },
      );
    }
    return [value];
  });
}

function isManifest(value: unknown): value is Manifest {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<Manifest>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}

/** The objects of a list such as `kubectl get -o yaml` gives. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined;
}
