import type { Clock } from '../clock.ts';
import { asPorticoError, PorticoError } from '../errors.ts';
import { numberIn, objectIn as fieldsAt, textIn } from '../model/json-fields.ts';
import { readMeta } from '../model/service.ts';
import { checkKind, objectIn, readObject } from './answer.ts';
import { withDeadline } from './deadline.ts';
import { failureOf } from './failure.ts';
import { component } from './api.ts';
import { type KubeRequest, type KubeTransport, textOf } from './transport.ts';

/** What a Lease says (coordination.k8s.io/v1): who holds it, and until when without another word. */
export interface LeaseRecord {
  /** Empty when it was given back. */
  readonly holder: string;
  readonly durationSeconds: number;
  /** RFC 3339 with microseconds. */
  readonly acquireTime: string;
  readonly renewTime: string;
  /** How often the holder has changed. */
  readonly transitions: number;
}

export interface StoredLease extends LeaseRecord {
  readonly resourceVersion: string;
}

/** One Lease of the API server. Writes reject with `exists` or `stale` when somebody else wrote first. */
export interface LeaseStore {
  read(signal: AbortSignal): Promise<StoredLease | undefined>;
  create(record: LeaseRecord, signal: AbortSignal): Promise<StoredLease>;
  /** Replaces what `before` says. */
  update(before: StoredLease, record: LeaseRecord, signal: AbortSignal): Promise<StoredLease>;
}

/** `timeout`: how long one request may take, in milliseconds. */
export function leaseStore(
  transport: KubeTransport,
  clock: Clock,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  timeout: number,
): LeaseStore {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const object = `${collection}/${name}`;

  const send = (
    verb: string,
    request: Pick<KubeRequest, 'method' | 'path' | 'body' | 'contentType'>,
    signal: AbortSignal,
  ): Promise<StoredLease> => {
    const what = `${verb} Lease ${namespace}/${name}`;
    return withDeadline(clock, timeout, signal, what, async (own) => {
      const query: Record<string, string> = request.body === null ? {} : { fieldManager: component };
      const response = await transport.request({ ...request, query, signal: own });
      if (response.status >= 300) throw await failureOf(response, what);
      return leaseIn(await textOf(response), name, what);
    });
  };

  return {
    read: async (signal) => {
      try {
        return await send('get', { method: 'GET', path: object, body: null, contentType: null }, signal);
      } catch (thrown) {
        const error = asPorticoError(thrown);
        if (error.code === 'not-found') return undefined;
        throw error;
      }
    },
    create: (record, signal) => {
      const body = JSON.stringify({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace, name },
        spec: specOf(record),
      });
      return send('create', { method: 'POST', path: collection, body, contentType: 'application/json' }, signal);
    },
    update: ({ resourceVersion }, record, signal) => {
      // The version inside the patch makes the API server refuse it when the Lease has changed since.
      const body = JSON.stringify({ metadata: { resourceVersion }, spec: specOf(record) });
      const contentType = 'application/merge-patch+json';
      return send('patch', { method: 'PATCH', path: object, body, contentType }, signal);
    },
  };
}

const specOf = (record: LeaseRecord): object => ({
  holderIdentity: record.holder,
  leaseDurationSeconds: record.durationSeconds,
  acquireTime: record.acquireTime,
  renewTime: record.renewTime,
  leaseTransitions: record.transitions,
});

/** What is not this Lease, or not readable, must not be taken for one that nobody holds. */
function leaseIn(text: string, name: string, what: string): StoredLease {
  const object = objectIn(text, what);
  checkKind(object, 'Lease', what);
  return readObject(
    object,
    () => {
      const metadata = readMeta(fieldsAt(object, 'metadata'));
      if (metadata.name !== name) throw new PorticoError('invalid', 'It is another Lease.');
      const spec = fieldsAt(object, 'spec') ?? {};
      return {
        resourceVersion: metadata.resourceVersion,
        holder: textIn(spec, 'holderIdentity') ?? '',
        durationSeconds: numberIn(spec, 'leaseDurationSeconds') ?? 0,
        acquireTime: textIn(spec, 'acquireTime') ?? '',
        renewTime: textIn(spec, 'renewTime') ?? '',
        transitions: numberIn(spec, 'leaseTransitions') ?? 0,
      };
    },
    what,
  );
}

/** Kubernetes' MicroTime: RFC 3339 with six digits. */
export const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');
