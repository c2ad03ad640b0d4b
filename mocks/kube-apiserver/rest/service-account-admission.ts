import { generatedName, type Call } from '../cluster.ts';
import { at, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { nameOf } from '../metadata.ts';
import { withSpec } from '../kinds/strategy.ts';
import { forbidden } from '../status.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Seconds a token is good for; the odd ones tell that nobody asked for a certain time. */
const expirationSeconds = 3607;

/**
 * A new pod runs as a ServiceAccount of its namespace, whose token its containers find in a volume
 * (admission ServiceAccount). @throws {ApiError} 403 where there is no such account.
 */
export function admitServiceAccount({ cluster, kind, namespace }: Call, pod: KubeObject): KubeObject {
  if (kind.group !== '' || kind.plural !== 'pods' || !isObject(pod['spec']) || !cluster.serviceAccounts) return pod;
  const name = textOf(pod['spec']['serviceAccountName']) || 'default';
  const account = cluster.store.get('/serviceaccounts', `${namespace}/${name}`);
  if (!account) {
    const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
    throw forbidden(kind, nameOf(pod), why);
  }
  const named = withSpec(pod, { serviceAccountName: name, serviceAccount: name });
  const wish = at(pod, 'spec', 'automountServiceAccountToken') ?? account['automountServiceAccountToken'];
  return wish === false ? named : withToken(named, generatedName(cluster, 'kube-api-access-'));
}

function withToken(pod: KubeObject, volume: string): KubeObject {
  const spec = objectOf(pod['spec']);
  const lists = ['containers', 'initContainers'].flatMap((key) => {
    const containers = listOf(spec[key]).filter(isObject);
    return containers.length === 0 ? [] : [[key, containers.map((each) => mounted(each, volume))] as const];
  });
  const mounts = lists.flatMap(([, containers]) => containers).some((each) => mountsOf(each).some(isOf(volume)));
  if (!mounts) return pod;
  const volumes = [...listOf(spec['volumes']), { name: volume, projected }];
  return withSpec(pod, { ...Object.fromEntries(lists), volumes });
}

const mountsOf = (container: JsonObject): readonly JsonObject[] => listOf(container['volumeMounts']).filter(isObject);
const isOf =
  (volume: string) =>
  (mount: JsonObject): boolean =>
    mount['name'] === volume;

/** A container that has something at that place keeps it. */
function mounted(container: JsonObject, volume: string): JsonObject {
  const mounts = mountsOf(container);
  if (mounts.some((mount) => mount['mountPath'] === mountPath)) return container;
  return { ...container, volumeMounts: [...mounts, { name: volume, readOnly: true, mountPath }] };
}

const projected: Json = {
  sources: [
    { serviceAccountToken: { expirationSeconds, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
    },
  ],
  defaultMode: 420,
};
