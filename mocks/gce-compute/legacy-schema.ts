import type { ScopeType } from './links.ts';

/**
 * The legacy HTTP(S) health checks of target pools: part of the API, absent from the client package's protos.
 * https://cloud.google.com/compute/docs/reference/rest/v1/httpHealthChecks
 */
const check = {
  checkIntervalSec: 'i',
  creationTimestamp: 's',
  description: 's',
  healthyThreshold: 'i',
  host: 's',
  id: 'l',
  kind: 's',
  name: 's',
  port: 'i',
  requestPath: 's',
  selfLink: 's',
  timeoutSec: 'i',
  unhealthyThreshold: 'i',
};

export const legacyMessages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  HttpHealthCheck: check,
  HttpsHealthCheck: check,
};

type Row = readonly [string, string, string, readonly string[]];
const listing = ['filter', 'maxResults', 'orderBy', 'pageToken', 'returnPartialSuccess'];

function methodsOf(collection: string, message: string): Readonly<Record<string, Row>> {
  const path = `projects/{project}/global/${collection}`;
  return {
    [`${collection}.delete`]: ['DELETE', `${path}/{name}`, '', ['requestId']],
    [`${collection}.get`]: ['GET', `${path}/{name}`, '', []],
    [`${collection}.insert`]: ['POST', path, message, ['requestId']],
    [`${collection}.list`]: ['GET', path, '', listing],
    [`${collection}.patch`]: ['PATCH', `${path}/{name}`, message, ['requestId']],
    [`${collection}.update`]: ['PUT', `${path}/{name}`, message, ['requestId']],
  };
}

/** Kinds of which there are never any: clients list them beside others, or to see that nothing is left. */
export const listedKinds: readonly {
  readonly collection: string;
  readonly message: string;
  readonly scopes: readonly ScopeType[];
}[] = [
  { collection: 'disks', message: 'Disk', scopes: ['zones', 'regions'] },
  { collection: 'instanceGroupManagers', message: 'InstanceGroupManager', scopes: ['zones', 'regions'] },
  { collection: 'routers', message: 'Router', scopes: ['regions'] },
  { collection: 'routes', message: 'Route', scopes: ['global'] },
  { collection: 'sslCertificates', message: 'SslCertificate', scopes: ['global', 'regions'] },
  { collection: 'targetHttpProxies', message: 'TargetHttpProxy', scopes: ['global', 'regions'] },
  { collection: 'targetHttpsProxies', message: 'TargetHttpsProxy', scopes: ['global', 'regions'] },
  { collection: 'targetInstances', message: 'TargetInstance', scopes: ['zones'] },
  { collection: 'targetTcpProxies', message: 'TargetTcpProxy', scopes: ['global', 'regions'] },
  { collection: 'urlMaps', message: 'UrlMap', scopes: ['global', 'regions'] },
];

const prefixes = { global: '', regions: 'region', zones: '' };
const places = { global: 'global', regions: 'regions/{region}', zones: 'zones/{zone}' };
const upperFirst = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function listsOf({ collection, scopes }: (typeof listedKinds)[number]): readonly (readonly [string, Row])[] {
  const aggregated: Row = ['GET', `projects/{project}/aggregated/${collection}`, '', listing];
  const within = scopes.map((scope): readonly [string, Row] => {
    const prefix = scopes.length > 1 ? prefixes[scope] : '';
    const service = prefix === '' ? collection : `${prefix}${upperFirst(collection)}`;
    return [`${service}.list`, ['GET', `projects/{project}/${places[scope]}/${collection}`, '', listing]];
  });
  const everywhere: readonly (readonly [string, Row])[] =
    scopes.includes('regions') || scopes.includes('zones') ? [[`${collection}.aggregatedList`, aggregated]] : [];
  return [...everywhere, ...within];
}

export const legacyMethods: Readonly<Record<string, Row>> = {
  ...methodsOf('httpHealthChecks', 'HttpHealthCheck'),
  ...methodsOf('httpsHealthChecks', 'HttpsHealthCheck'),
  ...Object.fromEntries(listedKinds.flatMap(listsOf)),
};
