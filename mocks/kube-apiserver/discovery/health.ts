import type { KubeAnswer } from '../wire.ts';
import { plainHeaders } from '../wire.ts';

export type HealthEndpoint = 'healthz' | 'livez' | 'readyz';

/** Hooks that a server runs when it starts, in the order in which they are listed. */
const hooks = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-wait-for-first-sync',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
  'apiservice-openapi-controller',
  'apiservice-openapiv3-controller',
].flatMap((name) => [
  `poststarthook/${name}`,
  ...(name === 'kube-apiserver-autoregistration' ? ['autoregister-completion'] : []),
]);

/** What each endpoint checks. All of it is trivially well here. */
const checks: Readonly<Record<HealthEndpoint, readonly string[]>> = {
  healthz: ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...hooks],
  livez: ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...hooks],
  readyz: ['ping', 'log', 'informer-sync', ...hooks, 'shutdown'],
};

/** Every path of health, as `/` lists them. */
export const healthPaths: readonly string[] = Object.entries(checks).flatMap(([endpoint, names]) => [
  `/${endpoint}`,
  ...names.map((name) => `/${endpoint}/${name}`),
]);

const text = { 'Content-Type': 'text/plain; charset=utf-8' };
const encoder = new TextEncoder();

/** `/healthz`, `/livez`, `/readyz` and their single checks, for any method. */
export function health(endpoint: HealthEndpoint, check: string, query: URLSearchParams): KubeAnswer {
  const known = checks[endpoint];
  const sniff = { 'X-Content-Type-Options': 'nosniff' };
  if (check !== '') {
    return known.includes(check)
      ? { status: 200, headers: { ...plainHeaders, ...text }, body: encoder.encode('ok') }
      : { status: 404, headers: { ...plainHeaders, ...text, ...sniff }, body: encoder.encode('404 page not found\n') };
  }
  const body = query.has('verbose') ? report(endpoint, known, query.getAll('exclude')) : 'ok';
  return { status: 200, headers: { ...plainHeaders, ...text, ...sniff }, body: encoder.encode(body) };
}

function report(endpoint: string, known: readonly string[], excluded: readonly string[]): string {
  const lines = known.map((name) => `[+]${name}${excluded.includes(name) ? ' excluded:' : ''} ok\n`);
  const strange = [...new Set(excluded)].filter((name) => !known.includes(name)).map((name) => `"${name}"`);
  const warning = `warn: some health checks cannot be excluded: no matches for ${strange.join(', ')}\n`;
  return `${lines.join('')}${strange.length === 0 ? '' : warning}${endpoint} check passed\n`;
}
