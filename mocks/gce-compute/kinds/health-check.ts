import { invalidField, requiredField } from '../api-error.ts';
import { checkRange, words } from '../fields.ts';
import { count, type Document, omit, part, text } from '../json.ts';
import type { Kind } from '../kind.ts';

interface Flavor {
  readonly field: string;
  readonly defaults: Document;
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks */
const web = (port: number): Document => ({ port, requestPath: '/', proxyHeader: 'NONE' });
const flavors: Readonly<Record<string, Flavor>> = {
  HTTP: { field: 'httpHealthCheck', defaults: web(80) },
  HTTPS: { field: 'httpsHealthCheck', defaults: web(443) },
  HTTP2: { field: 'http2HealthCheck', defaults: web(443) },
  TCP: { field: 'tcpHealthCheck', defaults: { port: 80, proxyHeader: 'NONE' } },
  SSL: { field: 'sslHealthCheck', defaults: { port: 443, proxyHeader: 'NONE' } },
  GRPC: { field: 'grpcHealthCheck', defaults: {} },
  GRPC_WITH_TLS: { field: 'grpcTlsHealthCheck', defaults: {} },
};

const timingFields = words('checkIntervalSec timeoutSec healthyThreshold unhealthyThreshold');

/** Intervals and thresholds, the same for legacy checks. Seconds; counts of probes. */
export function completeTiming(body: Document): Document {
  checkRange(body, 'checkIntervalSec', 1, 300);
  checkRange(body, 'timeoutSec', 1, 300);
  checkRange(body, 'healthyThreshold', 1, 10);
  checkRange(body, 'unhealthyThreshold', 1, 10);
  const timing = {
    checkIntervalSec: count(body, 'checkIntervalSec') ?? 5,
    timeoutSec: count(body, 'timeoutSec') ?? 5,
    healthyThreshold: count(body, 'healthyThreshold') ?? 2,
    unhealthyThreshold: count(body, 'unhealthyThreshold') ?? 2,
  };
  if (timing.timeoutSec > timing.checkIntervalSec) {
    throw invalidField(
      'resource.timeoutSec',
      timing.timeoutSec,
      `Must be less than or equal to checkIntervalSec, which is ${timing.checkIntervalSec}.`,
    );
  }
  return { ...body, ...timing };
}

export function checkPath(body: Document, prefix: string): void {
  const path = text(body, 'requestPath');
  if (path !== undefined && !path.startsWith('/')) {
    throw invalidField(`${prefix}.requestPath`, path, "Must begin with '/'.");
  }
}

function complete(body: Document): Document {
  const type = text(body, 'type');
  const flavor = type === undefined ? undefined : flavors[type];
  if (type === undefined || flavor === undefined) throw requiredField('resource.type');
  for (const other of Object.values(flavors)) {
    if (other.field !== flavor.field && body[other.field] !== undefined) {
      throw invalidField(`resource.${other.field}`, body[other.field], `Does not go with type ${type}.`);
    }
  }
  const asked = part(body, flavor.field);
  checkRange(asked, 'port', 1, 65_535, `resource.${flavor.field}`);
  checkPath(asked, `resource.${flavor.field}`);
  const serving = text(asked, 'portSpecification') === 'USE_SERVING_PORT';
  if (serving && asked['port'] !== undefined) {
    throw invalidField(`resource.${flavor.field}.port`, asked['port'], 'USE_SERVING_PORT goes with no port.');
  }
  if (type.startsWith('GRPC') && !serving && count(asked, 'port') === undefined) {
    throw requiredField(`resource.${flavor.field}.port`);
  }
  if (text(asked, 'portSpecification') === 'USE_NAMED_PORT' && text(asked, 'portName') === undefined) {
    throw requiredField(`resource.${flavor.field}.portName`);
  }
  const defaults = serving ? omit(flavor.defaults, ['port']) : flavor.defaults;
  return completeTiming({ ...body, [flavor.field]: { ...defaults, ...asked } });
}

export const healthCheck: Kind = {
  collection: 'healthChecks',
  message: 'HealthCheck',
  noun: 'health_check',
  scopes: ['global', 'regions'],
  outputs: [],
  mutable: [
    ...timingFields,
    'description',
    'logConfig',
    'type',
    'sourceRegions',
    ...Object.values(flavors).map(({ field }) => field),
  ],
  references: [],
  complete,
  quota: () => ['HEALTH_CHECKS'],
};
