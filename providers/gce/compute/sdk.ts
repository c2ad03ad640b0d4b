import { AsyncLocalStorage } from 'node:async_hooks';
import { AuthClient } from 'google-auth-library';
import { PorticoError } from '../../../src/errors.ts';
import { checkedAnswer, unreadable } from './answer-kind.ts';
import { type ApiCall, type Body, type CollectionName, collections, objectOf, verbs } from './calls.ts';
import { errorOfAnswer } from './classify.ts';
import { giveOwnSchema } from './client-schema.ts';
import { isBody } from './fields.ts';
import { restWire } from './rest.ts';
import type { Transport } from './transport.ts';
import type { Wire } from './wire.ts';

/** What travels with one call through the official client, which has no room for it. */
interface InFlight {
  readonly call: ApiCall;
  readonly signal: AbortSignal;
  /** The classified error, kept because the client turns every rejection into one of its own. */
  failure?: PorticoError;
}

type Method = (request: object, options: object) => Promise<readonly unknown[]>;
type Client = Readonly<Record<string, Method>> & { readonly close: () => Promise<void> };

/**
 * The calls through `@google-cloud/compute`, over our own transport: the client encodes and decodes, the transport
 * times out, aborts and authenticates. Its retries are off, since it retries for up to ten minutes and never what
 * matters. The package is imported at the first call; its root would load 300 MB, so single clients are.
 * With `ownSchema`, they get only the part of the API's schema that our calls need.
 */
export function sdkWire(transport: Transport, project: string, ownSchema = false): Wire {
  const inFlight = new AsyncLocalStorage<InFlight>();
  const authClient = new TransportAuth(transport, inFlight);
  const rest = restWire(transport);
  const clients = new Map<CollectionName, Promise<Client>>();
  const clientOf = (name: CollectionName): Promise<Client> => {
    const known = clients.get(name);
    if (known) return known;
    if (ownSchema) giveOwnSchema();
    const made = importClient(name, { authClient, projectId: project });
    clients.set(name, made);
    return made;
  };

  return {
    async call(call, signal) {
      // Lists go around the client: it has aggregated ones only as an iterator that hides the pages, and decoding thousands
      // of resources by the schema takes twice the time and keeps twice the memory.
      if (verbs[call.verb].effect === 'list') return rest.call(call, signal);
      const client = await clientOf(call.collection);
      const flight: InFlight = { call, signal };
      return inFlight.run(flight, async () => {
        try {
          return checkedAnswer(call, answerOf(await invoke(client, call)));
        } catch (cause) {
          throw flight.failure ?? unexpected(call, cause);
        }
      });
    },
    async close() {
      const made = await Promise.allSettled(clients.values());
      await Promise.all(made.map(async (each) => (each.status === 'fulfilled' ? each.value.close() : undefined)));
      await transport.close();
    },
  };
}

async function importClient(name: CollectionName, options: object): Promise<Client> {
  const { file, client } = collections[name];
  const module = (await import(`@google-cloud/compute/build/src/v1/${file}.js`)) as Readonly<
    Record<string, new (options: object) => Client>
  >;
  const Constructor = module[client];
  if (!Constructor) throw new PorticoError('internal', `@google-cloud/compute has no ${client}.`, { object: client });
  return new Constructor(options);
}

async function invoke(client: Client, call: ApiCall): Promise<readonly unknown[]> {
  const { scope, item } = collections[call.collection];
  const verb = verbs[call.verb];
  const method = client[call.verb];
  if (!method) throw new PorticoError('internal', `@google-cloud/compute has no ${objectOf(call)}.`);
  const bodyName = 'body' in verb ? verb.body : `${item}Resource`;
  const request = {
    project: call.project,
    ...(scope === 'global' ? {} : { [scope]: call.location }),
    ...(verb.item ? { ['named' in verb ? verb.named : item]: call.name } : {}),
    ...call.query,
    ...(call.body === undefined ? {} : { [bodyName]: call.body }),
  };
  return method.call(client, request, { autoPaginate: false, retry: null });
}

/** The client answers with tuples: `[resource]` or `[{ latestResponse: operation }]`. */
function answerOf([answer]: readonly unknown[]): Body {
  if (!isBody(answer)) return {};
  const operation = answer['latestResponse'];
  return isBody(operation) ? operation : answer;
}

const unexpected = (call: ApiCall, cause: unknown): PorticoError =>
  cause instanceof PorticoError ? cause : unreadable(call, 'it does not fit the schema', cause);

/** Sends what the client encodes over our transport. The client calls nothing of it but `fetch`. */
class TransportAuth extends AuthClient {
  readonly #transport: Transport;
  readonly #inFlight: AsyncLocalStorage<InFlight>;

  constructor(transport: Transport, inFlight: AsyncLocalStorage<InFlight>) {
    super({});
    this.#transport = transport;
    this.#inFlight = inFlight;
  }

  /**
   * Errors are classified and thrown here. Left to the client, an answer with error details blocks the thread for
   * 0.4 s while it parses its 12 MB of schema again.
   */
  override async fetch<T>(
    ...[url, init]: Parameters<AuthClient['fetch']>
  ): ReturnType<typeof AuthClient.prototype.fetch<T>> {
    const flight = this.#inFlight.getStore();
    if (!flight || typeof url !== 'string') {
      throw new PorticoError('internal', 'A request left the Compute client outside of a call.');
    }
    try {
      const { pathname, search } = new URL(url);
      const answer = await this.#transport.send(
        {
          method: init?.method ?? 'GET',
          path: search === '' || search === '?' ? pathname : pathname + search,
          headers: Object.fromEntries(new Headers(init?.headers as Headers | undefined).entries()),
          ...(typeof init?.body === 'string' ? { body: init.body } : {}),
        },
        flight.signal,
      );
      if (answer.status >= 300) throw errorOfAnswer(answer, objectOf(flight.call));
      const response = new Response(answer.body === '' ? null : answer.body, {
        status: answer.status,
        headers: { 'content-type': 'application/json' },
      });
      return response as unknown as Awaited<ReturnType<typeof AuthClient.prototype.fetch<T>>>;
    } catch (error) {
      if (error instanceof PorticoError) flight.failure = error;
      throw error;
    }
  }

  override request(): never {
    throw new PorticoError('internal', 'The Compute client asked for a request of another kind.');
  }

  override getAccessToken(): Promise<{ token: string }> {
    return Promise.resolve({ token: '' });
  }

  override getRequestHeaders(): Promise<Headers> {
    return Promise.resolve(new Headers());
  }
}
