import type { Clock } from './clock.ts';
import { asPorticoError, type ErrorCode } from './errors.ts';
import { withDeadline } from './kube/deadline.ts';
import { failureOf } from './kube/failure.ts';
import { type KubeTransport, textOf } from './kube/transport.ts';
import type { Log } from './telemetry/log.ts';
import type { Provider } from './provider.ts';

/** What waiting does not mend: somebody has to change the configuration or the rights. */
const hopeless: ReadonlySet<ErrorCode> = new Set([
  'invalid',
  'unsupported',
  'unauthenticated',
  'denied',
  'unreachable',
]);

/**
 * One cheap read of each side before work begins, so that a wrong address, missing credentials or missing rights end the
 * command with a message instead of a loop of retries. What may pass by itself is only logged.
 */
export async function preflight(
  kube: KubeTransport,
  provider: Provider,
  clusterId: string,
  log: Log,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const checks = [
    ...['services', 'nodes'].map((resource) => () => listOne(kube, resource, clock, signal)),
    () => provider.owners(clusterId, signal),
  ];
  for (const check of checks) {
    try {
      await check();
    } catch (thrown) {
      const error = asPorticoError(thrown);
      if (signal.aborted || hopeless.has(error.code)) throw error;
      log('warn', 'a first look failed; going on', { code: error.code, error: error.message });
    }
  }
}

/** How long the API server may take to answer the first question, in milliseconds. */
const patience = 15_000;

const listOne = (kube: KubeTransport, resource: string, clock: Clock, signal: AbortSignal): Promise<void> =>
  withDeadline(clock, patience, signal, `list ${resource}`, async (own) => {
    const path = `/api/v1/${resource}`;
    const response = await kube.request({
      method: 'GET',
      path,
      query: { limit: '1' },
      body: null,
      contentType: null,
      signal: own,
    });
    if (response.status >= 300) throw await failureOf(response, `list ${resource}`);
    await textOf(response);
  });
