import { PorticoError } from '../errors.ts';
import { failureOf } from '../kube/failure.ts';
import { type KubeRequest, type KubeTransport, textOf } from '../kube/transport.ts';
import type { Manifest } from './manifests.ts';

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
