import { PorticoError } from '../errors.ts';
import { failureOf } from '../kube/failure.ts';
import { type KubeRequest, type KubeTransport, textOf } from '../kube/transport.ts';
import type { Manifest } from './manifests.ts';

/**
 * Applies one object on the server's side, in the namespace `default` when it names none. It says so as `kubectl apply`
 * would have it, so that whoever applies the same file next finds it as he left it.
 */
export async function applyManifest(transport: KubeTransport, manifest: Manifest, signal: AbortSignal): Promise<void> {
  const { kind, metadata } = manifest;
  const what = `apply ${kind} ${metadata.name}`;
  const { path, namespace } = await collectionOf(transport, manifest, signal);
  const { [lastApplied]: _former, ...annotations } = metadata.annotations ?? {};
  const plain = { ...manifest, metadata: { ...metadata, ...namespace, annotations } };
  const told = { ...annotations, [lastApplied]: `${goJson(plain)}\n` };
  await call(transport, what, {
    method: 'PATCH',
    path: `${path}/${metadata.name}`,
    query: { fieldManager: 'portico-lab', fieldValidation: 'Strict', force: 'true' },
    body: JSON.stringify({ ...plain, metadata: { ...plain.metadata, annotations: told } }),
    contentType: 'application/apply-patch+yaml',
    signal,
  });
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** As Go writes JSON: keys in order, and no letter that HTML would take for its own. */
const goJson = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  ).replaceAll(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

async function collectionOf(
  transport: KubeTransport,
  { apiVersion, kind, metadata }: Manifest,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly namespace: { readonly namespace?: string } }> {
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
  const namespace = metadata.namespace ?? 'default';
  return found.namespaced
    ? { path: `${root}/namespaces/${namespace}/${found.name}`, namespace: { namespace } }
    : { path: `${root}/${found.name}`, namespace: {} };
}

export async function call(transport: KubeTransport, what: string, request: KubeRequest): Promise<string> {
  const response = await transport.request(request);
  if (response.status >= 300) throw await failureOf(response, what);
  return textOf(response);
}
