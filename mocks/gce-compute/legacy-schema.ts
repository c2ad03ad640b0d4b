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

export const legacyMethods: Readonly<Record<string, Row>> = {
  ...methodsOf('httpHealthChecks', 'HttpHealthCheck'),
  ...methodsOf('httpsHealthChecks', 'HttpsHealthCheck'),
  // gcloud asks for managed groups whenever it lists groups; there are never any.
  'instanceGroupManagers.aggregatedList': ['GET', 'projects/{project}/aggregated/instanceGroupManagers', '', listing],
  'instanceGroupManagers.list': ['GET', 'projects/{project}/zones/{zone}/instanceGroupManagers', '', listing],
  'regionInstanceGroupManagers.list': ['GET', 'projects/{project}/regions/{region}/instanceGroupManagers', '', listing],
};
