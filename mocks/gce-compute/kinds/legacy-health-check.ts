import { checkRange, words } from '../fields.ts';
import { count, type Document, text } from '../json.ts';
import type { Kind } from '../kind.ts';
import { checkPath, completeTiming } from './health-check.ts';

const legacyCheck = (collection: string, message: string, noun: string, port: number): Kind => ({
  collection,
  message,
  noun,
  scopes: ['global'],
  outputs: [],
  mutable: words('checkIntervalSec timeoutSec healthyThreshold unhealthyThreshold description host port requestPath'),
  references: [],
  complete: (body: Document) => {
    checkRange(body, 'port', 1, 65_535);
    checkPath(body, 'resource');
    return completeTiming({
      ...body,
      port: count(body, 'port') ?? port,
      requestPath: text(body, 'requestPath') ?? '/',
    });
  },
  quota: () => ['HEALTH_CHECKS'],
});

/** Target pools take only these. https://cloud.google.com/load-balancing/docs/health-check-concepts#legacy-health-checks */
export const httpHealthCheck = legacyCheck('httpHealthChecks', 'HttpHealthCheck', 'http_health_check', 80);
export const httpsHealthCheck = legacyCheck('httpsHealthChecks', 'HttpsHealthCheck', 'https_health_check', 443);
