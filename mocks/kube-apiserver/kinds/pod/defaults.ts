import { at, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import type { KubeObject } from '../../kind.ts';
import { changed, withField } from '../strategy.ts';

/** What a pod is given that its author left out. Also for the pods of templates. */
export function defaultPodSpec(spec: JsonObject): JsonObject {
  const list = (key: string, fill: (item: JsonObject) => JsonObject): Record<string, Json> => {
    const items = listOf(spec[key]).filter(isObject);
    return items.length === 0 ? {} : { [key]: items.map(fill) };
  };
  const account = textOf(spec['serviceAccountName']) || textOf(spec['serviceAccount']);
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...withoutEmpty(spec),
    ...(account === '' ? {} : { serviceAccountName: account, serviceAccount: account }),
    ...list('containers', defaultContainer),
    ...list('initContainers', defaultContainer),
    ...list('ephemeralContainers', defaultContainer),
    ...list('volumes', defaultVolume),
  };
}

function withoutEmpty(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== ''));
}

function defaultContainer(container: JsonObject): JsonObject {
  const probe = (key: string): Record<string, Json> =>
    isObject(container[key]) ? { [key]: defaultProbe(objectOf(container[key])) } : {};
  const items = (key: string, fill: (item: JsonObject) => JsonObject): Record<string, Json> => {
    const list = listOf(container[key]).filter(isObject);
    return list.length === 0 ? {} : { [key]: list.map(fill) };
  };
  return {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: isLatest(textOf(container['image'])) ? 'Always' : 'IfNotPresent',
    ...withoutEmpty(container),
    resources: defaultResources(objectOf(container['resources'])),
    ...items('ports', (port) => ({ ...port, protocol: textOf(port['protocol']) || 'TCP' })),
    ...items('env', defaultEnv),
    ...probe('livenessProbe'),
    ...probe('readinessProbe'),
    ...probe('startupProbe'),
  };
}

/** No tag, or `latest`: then the image may change under its name. A digest never does. */
function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

/** What is limited but not requested is requested as limited. */
function defaultResources(resources: JsonObject): JsonObject {
  const limits = objectOf(resources['limits']);
  if (Object.keys(limits).length === 0) return resources;
  return { ...resources, requests: { ...limits, ...objectOf(resources['requests']) } };
}

function defaultEnv(variable: JsonObject): JsonObject {
  const reference = at(variable, 'valueFrom', 'fieldRef');
  if (!isObject(reference) || textOf(reference['apiVersion']) !== '') return variable;
  const valueFrom = { ...objectOf(variable['valueFrom']), fieldRef: { ...reference, apiVersion: 'v1' } };
  return { ...variable, valueFrom };
}

function defaultProbe(probe: JsonObject): JsonObject {
  const given = Object.fromEntries(Object.entries(probe).filter(([, value]) => value !== 0));
  const http = probe['httpGet'];
  const grpc = probe['grpc'];
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...given,
    ...(isObject(http)
      ? { httpGet: { ...http, path: textOf(http['path']) || '/', scheme: textOf(http['scheme']) || 'HTTP' } }
      : {}),
    ...(isObject(grpc) ? { grpc: { service: '', ...grpc } } : {}),
  };
}

function defaultVolume(volume: JsonObject): JsonObject {
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  if (sources.length === 0) return { ...volume, emptyDir: {} };
  const filled = ['secret', 'configMap', 'downwardAPI', 'projected'].flatMap((key) =>
    isObject(volume[key]) ? [[key, { defaultMode: 420, ...volume[key] }] as const] : [],
  );
  const { hostPath } = volume;
  return {
    ...volume,
    ...Object.fromEntries(filled),
    ...(isObject(hostPath) ? { hostPath: { type: '', ...hostPath } } : {}),
  };
}

export function defaultPod(pod: KubeObject): KubeObject {
  const spec = { enableServiceLinks: true, ...defaultPodSpec(objectOf(pod['spec'])) };
  const status = objectOf(pod['status']);
  const synced = syncIps(syncIps(status, 'podIP', 'podIPs'), 'hostIP', 'hostIPs');
  const withStatus = withField(withField(pod, 'spec', spec), 'status', synced);
  return withField(
    withStatus,
    'status',
    textOf(synced['phase']) === '' ? changed(synced, { phase: 'Pending' }) : synced,
  );
}

/** The single address and the first of the list are one value; where they differ, the single one counts. */
function syncIps(status: JsonObject, single: string, list: string): JsonObject {
  const ip = textOf(status[single]);
  const first = textOf(at(listOf(status[list])[0], 'ip'));
  if (ip === first) return status;
  if (ip === '') return single === 'podIP' ? { ...status, [single]: first } : status;
  return single === 'podIP' ? { ...status, [list]: [{ ip }] } : status;
}

const waits = ['not-ready', 'unreachable'].map((key) => `node.kubernetes.io/${key}`);

/** What admission adds to a new pod: tolerations, priority. */
export function admitPod(pod: KubeObject): KubeObject {
  const spec = objectOf(pod['spec']);
  const tolerations = listOf(spec['tolerations']).filter(isObject);
  const bears = (key: string): boolean =>
    tolerations.some(
      (each) =>
        (textOf(each['key']) === '' || each['key'] === key) &&
        (textOf(each['effect']) === '' || each['effect'] === 'NoExecute'),
    );
  const added = waits
    .filter((key) => !bears(key))
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  const admitted = {
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    ...spec,
    tolerations: [...tolerations, ...added],
  };
  return withField(withField(pod, 'spec', admitted), 'status', { phase: 'Pending', qosClass: qosClass(spec) });
}

function qosClass(spec: JsonObject): string {
  const containers = [...listOf(spec['containers']), ...listOf(spec['initContainers'])];
  const lists = containers.map((container) => ({
    requests: objectOf(at(container, 'resources', 'requests')),
    limits: objectOf(at(container, 'resources', 'limits')),
  }));
  const some = lists.some(({ requests, limits }) => ['cpu', 'memory'].some((key) => requests[key] ?? limits[key]));
  if (!some) return 'BestEffort';
  const full = lists.every(({ requests, limits }) =>
    ['cpu', 'memory'].every((key) => limits[key] !== undefined && (requests[key] ?? limits[key]) === limits[key]),
  );
  return full ? 'Guaranteed' : 'Burstable';
}
