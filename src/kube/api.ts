import type { Clock } from '../clock.ts';
import { type Service, readService } from '../model/service.ts';
import { checkKind, objectIn, readObject, unusable } from './answer.ts';
import { withDeadline } from './deadline.ts';
import { failureOf } from './failure.ts';
import { type KubeRequest, type KubeTransport, textOf } from './transport.ts';

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** What an Event is about. Nodes have no namespace; their Events live in `default`. */
export interface ObjectReference {
  readonly kind: 'Service' | 'Node';
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** An Event of the core group, as it is created. Times are RFC 3339. */
export interface EventBody {
  readonly name: string;
  readonly object: ObjectReference;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
}

/**
 * All that Portico ever writes to Kubernetes: the `status` subresource of Services (through which the API server also
 * takes finalizers, but never a spec) and Events. Objects are patched, never replaced, so that fields this version does
 * not know survive.
 */
export interface KubeApi {
  /**
   * Patches through `services/status` and gives the Service as it then is. A failed `test` is `stale`, a Service that is
   * gone `not-found`; an answer that is not this Service `transient`: what was written shows in the watch.
   */
  patchService(
    service: { readonly namespace: string; readonly name: string; readonly uid: string },
    operations: readonly PatchOperation[],
    signal: AbortSignal,
  ): Promise<Service>;
  createEvent(event: EventBody, signal: AbortSignal): Promise<void>;
  /** `not-found` when the Event has expired. */
  countEvent(event: Pick<EventBody, 'name' | 'object' | 'count' | 'lastTimestamp'>, signal: AbortSignal): Promise<void>;
}

/** How long a write may take, in milliseconds. */
const writeTimeout = 15_000;

/** Name under which Events are reported. */
export const component = 'portico';

export function kubeApi(transport: KubeTransport, clock: Clock): KubeApi {
  const send = (what: string, request: Omit<KubeRequest, 'signal' | 'query'>, signal: AbortSignal): Promise<string> =>
    withDeadline(clock, writeTimeout, signal, what, async (own) => {
      const response = await transport.request({ ...request, query: { fieldManager: component }, signal: own });
      if (response.status >= 300) throw await failureOf(response, what);
      return textOf(response);
    });

  return {
    patchService: async ({ namespace, name, uid }, operations, signal) => {
      const what = `patch Service ${namespace}/${name}`;
      const text = await send(
        what,
        {
          method: 'PATCH',
          path: `/api/v1/namespaces/${namespace}/services/${name}/status`,
          contentType: 'application/json-patch+json',
          body: JSON.stringify(operations),
        },
        signal,
      );
      const object = objectIn(text, what);
      checkKind(object, 'Service', what);
      const service = readObject(object, readService, what);
      const { metadata } = service;
      if (metadata.uid !== uid || metadata.name !== name || metadata.namespace !== namespace) {
        throw unusable(what, 'it is another Service');
      }
      return service;
    },
    createEvent: async (event, signal) => {
      const namespace = eventNamespace(event.object);
      await send(
        `create an Event in ${namespace}`,
        {
          method: 'POST',
          path: `/api/v1/namespaces/${namespace}/events`,
          contentType: 'application/json',
          body: JSON.stringify(eventObject(event)),
        },
        signal,
      );
    },
    countEvent: async ({ name, object, count, lastTimestamp }, signal) => {
      const namespace = eventNamespace(object);
      await send(
        `patch Event ${namespace}/${name}`,
        {
          method: 'PATCH',
          path: `/api/v1/namespaces/${namespace}/events/${name}`,
          contentType: 'application/merge-patch+json',
          body: JSON.stringify({ count, lastTimestamp }),
        },
        signal,
      );
    },
  };
}

const eventNamespace = ({ namespace }: ObjectReference): string => (namespace === '' ? 'default' : namespace);

const eventObject = ({ name, object, ...rest }: EventBody): object => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: eventNamespace(object) },
  involvedObject: {
    apiVersion: 'v1',
    kind: object.kind,
    name: object.name,
    uid: object.uid,
    ...(object.namespace === '' ? {} : { namespace: object.namespace }),
  },
  source: { component },
  reportingComponent: component,
  reportingInstance: '',
  ...rest,
});
