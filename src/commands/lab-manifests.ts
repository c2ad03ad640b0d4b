import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { PorticoError } from '../errors.ts';
import { failureOf } from '../kube/failure.ts';
import { type KubeRequest, type KubeTransport, textOf } from '../kube/transport.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The objects in a file of one or more YAML documents. Throws `invalid` with the file and what is wrong in it. */
export async function readManifests(path: string): Promise<Manifest[]> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new PorticoError('invalid', `Cannot read the manifest: ${cause.message}.`, { object: path, cause });
  });
  return parseAllDocuments(text).flatMap((document, index) => {
    const place = `document ${index + 1} of ${path}`;
    const [problem] = document.errors;
    if (problem)
      throw new PorticoError('invalid', `Cannot read ${place}: ${problem.message}`, { object: path, cause: problem });
    const value: unknown = document.toJS();
    if (value === null) return [];
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

/** Applies one object on the server's side, in the namespace `default` when it names none. */
export async function applyManifest(transport: KubeTransport, manifest: Manifest, signal: AbortSignal): Promise<void> {
  const { kind, metadata } = manifest;
  const what = `apply ${kind} ${metadata.name}`;
  await call(transport, what, {
    method: 'PATCH',
    path: `${await collectionOf(transport, manifest, signal)}/${metadata.name}`,
    query: { fieldManager: 'portico-lab', fieldValidation: 'Strict', force: 'true' },
    body: JSON.stringify(manifest),
    contentType: 'application/apply-patch+yaml',
    signal,
  });
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

async function collectionOf(
  transport: KubeTransport,
  { apiVersion, kind, metadata }: Manifest,
  signal: AbortSignal,
): Promise<string> {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const what = `look up ${apiVersion} ${kind}`;
  const text = await call(transport, what, {
    method: 'GET',
    path: root,
    query: {},
    body: null,
    contentType: null,
    signal,
  });
  const found = (JSON.parse(text) as ResourceList).resources.find(
    (each) => each.kind === kind && !each.name.includes('/'),
  );
  if (!found)
    throw new PorticoError('unsupported', `The lab has no ${apiVersion} ${kind}.`, {
      object: `${kind} ${metadata.name}`,
    });
  return found.namespaced
    ? `${root}/namespaces/${metadata.namespace ?? 'default'}/${found.name}`
    : `${root}/${found.name}`;
}

export async function call(transport: KubeTransport, what: string, request: KubeRequest): Promise<string> {
  const response = await transport.request(request);
  if (response.status >= 300) throw await failureOf(response, what);
  return textOf(response);
}
