import type { HealthProbe } from '../../../src/model/intent.ts';
import { number, record, text } from '../compute/fields.ts';
import type { Kind } from './kind.ts';

/** https://cloud.google.com/compute/docs/reference/rest/v1/regionHealthChecks */
export type HealthCheckSpec = HealthProbe;

export const healthCheck: Kind<HealthCheckSpec> = {
  collection: 'regionHealthChecks',
  policy: {
    fields: {
      protocol: 'update',
      port: 'update',
      path: 'update',
      intervalSeconds: 'update',
      timeoutSeconds: 'update',
      healthyThreshold: 'update',
      unhealthyThreshold: 'update',
    },
    loses: 'traffic',
  },
  fields: [
    'type',
    'tcpHealthCheck',
    'httpHealthCheck',
    'checkIntervalSec',
    'timeoutSec',
    'healthyThreshold',
    'unhealthyThreshold',
  ],
  specOf: (body) => {
    const protocol = text(body, 'type') === 'HTTP' ? 'http' : 'tcp';
    const probe = record(body, `${protocol}HealthCheck`);
    return {
      protocol,
      // 80 and the numbers below are the defaults of the API.
      port: number(probe, 'port') ?? 80,
      path: protocol === 'http' ? (text(probe, 'requestPath') ?? '/') : null,
      intervalSeconds: number(body, 'checkIntervalSec') ?? 5,
      timeoutSeconds: number(body, 'timeoutSec') ?? 5,
      healthyThreshold: number(body, 'healthyThreshold') ?? 2,
      unhealthyThreshold: number(body, 'unhealthyThreshold') ?? 2,
    };
  },
  bodyOf: (spec) => ({
    ...(spec.protocol === 'http'
      ? {
          type: 'HTTP',
          httpHealthCheck: { port: spec.port, portSpecification: 'USE_FIXED_PORT', requestPath: spec.path ?? '/' },
        }
      : { type: 'TCP', tcpHealthCheck: { port: spec.port, portSpecification: 'USE_FIXED_PORT' } }),
    checkIntervalSec: spec.intervalSeconds,
    timeoutSec: spec.timeoutSeconds,
    healthyThreshold: spec.healthyThreshold,
    unhealthyThreshold: spec.unhealthyThreshold,
  }),
};
