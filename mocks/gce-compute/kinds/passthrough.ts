import { invalidField, requiredField } from '../api-error.ts';
import { checkRange } from '../fields.ts';
import { count, type Document, part, text, texts } from '../json.ts';

/** https://cloud.google.com/load-balancing/docs/backend-service#protocol_to_backends */
const passthroughProtocols: readonly string[] = ['TCP', 'UDP', 'UNSPECIFIED'];
const passthroughAffinities: readonly string[] = ['NONE', 'CLIENT_IP', 'CLIENT_IP_PROTO', 'CLIENT_IP_PORT_PROTO'];
const weighted: readonly string[] = ['MAGLEV', 'WEIGHTED_MAGLEV'];

/** What a backend service may say when packets pass through: schemes EXTERNAL and INTERNAL of a region. */
export function checkPassthrough(body: Document, scheme: string): void {
  const protocol = text(body, 'protocol') ?? 'TCP';
  if (!passthroughProtocols.includes(protocol)) {
    throw invalidField('resource.protocol', protocol, `Not allowed with load balancing scheme ${scheme}.`);
  }
  const affinity = text(body, 'sessionAffinity') ?? 'NONE';
  const allowed =
    scheme === 'INTERNAL' ? [...passthroughAffinities, 'CLIENT_IP_NO_DESTINATION'] : passthroughAffinities;
  if (!allowed.includes(affinity)) {
    throw invalidField('resource.sessionAffinity', affinity, `Not allowed with load balancing scheme ${scheme}.`);
  }
  const policy = text(body, 'localityLbPolicy');
  if (policy !== undefined && !weighted.includes(policy)) {
    throw invalidField('resource.localityLbPolicy', policy, `Not allowed with load balancing scheme ${scheme}.`);
  }
  if (text(body, 'portName') !== undefined) {
    throw invalidField('resource.portName', body['portName'], `Not allowed with load balancing scheme ${scheme}.`);
  }
  const checks = texts(body, 'healthChecks');
  if (checks.length === 0) throw requiredField('resource.healthChecks');
  const legacy = checks.find((link) => !link.includes('/healthChecks/'));
  if (legacy !== undefined)
    throw invalidField('resource.healthChecks[0]', legacy, 'Legacy health checks are not allowed.');
  checkTracking(body, scheme);
}

/** Affinities by less than the connection: only with these may a table entry outlive it. */
const looseAffinities: readonly string[] = ['CLIENT_IP', 'CLIENT_IP_PROTO', 'CLIENT_IP_NO_DESTINATION'];

/** https://cloud.google.com/compute/docs/reference/rest/v1/backendServices: connectionTrackingPolicy */
function checkTracking(body: Document, scheme: string): void {
  const policy = part(body, 'connectionTrackingPolicy');
  const field = 'resource.connectionTrackingPolicy';
  const idle = count(policy, 'idleTimeoutSec');
  if (idle === undefined || scheme !== 'INTERNAL') return;
  checkRange(policy, 'idleTimeoutSec', 600, 57_600, field);
  const loose = looseAffinities.includes(text(body, 'sessionAffinity') ?? 'NONE');
  if (idle === 600 || (loose && text(policy, 'trackingMode') === 'PER_SESSION')) return;
  throw invalidField(`${field}.idleTimeoutSec`, idle, 'It needs mode PER_SESSION and an affinity by client address.');
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/backendServices: failoverPolicy */
export function checkFailover(body: Document, bare: boolean): void {
  if (body['failoverPolicy'] === undefined) return;
  if (!bare) throw invalidField('resource.failoverPolicy', body['failoverPolicy'], 'Only for passthrough balancers.');
  checkRange(part(body, 'failoverPolicy'), 'failoverRatio', 0, 1, 'resource.failoverPolicy');
}
