import type { GceCloud } from '../../mocks/gce-compute/cloud.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../../providers/gce/index.ts';
import { PorticoError } from '../../src/errors.ts';
import { staleList } from './stale-list.ts';
import { forever, type Life, unlessAborted } from './life.ts';
import type { Network } from './network.ts';
import type { Json } from './story.ts';

/** One call to the Compute API, as seen from outside. */
export interface CloudCall {
  /** `addresses.insert`, `operations.wait`. */
  readonly method: string;
  /** Key of the resource, or of the collection. */
  readonly key: string;
  readonly writes: boolean;
  readonly body: Json | undefined;
  /** By which the API recognises a mutation that is sent again. */
  readonly requestId: string | undefined;
}

export function cloudCall({ method, path, body }: HttpRequest): CloudCall {
  const [plain = '', query] = path.split('?');
  const parts = plain.split('/').slice(5);
  const scope = parts[0] === 'global' || parts[0] === 'aggregated' ? 1 : 2;
  const [collection = '', name, action] = parts.slice(scope);
  const verb = verbOf(method, name, action);
  const parsed = body === undefined ? undefined : (JSON.parse(body) as Json);
  const target = verb === 'insert' ? String(parsed?.['name']) : name;
  return {
    method: `${collection}.${verb}`,
    key: [...parts.slice(0, scope), collection, ...(target === undefined ? [] : [target])].join('/'),
    writes: !['get', 'list', 'wait', 'listInstances', 'listNetworkEndpoints'].includes(verb),
    body: parsed,
    requestId: new URLSearchParams(query).get('requestId') ?? undefined,
  };
}

function verbOf(method: string, name: string | undefined, action: string | undefined): string {
  if (action !== undefined) return action;
  if (method === 'GET') return name === undefined ? 'list' : 'get';
  return { POST: 'insert', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method] ?? method;
}

/** As the adapter's HTTP client: how long an answer may take, in milliseconds. */
const patience = (method: string): number => (method.endsWith('.wait') ? 150_000 : 30_000);

/** The way of one life's calls to the cloud, below the HTTP client: delays, losses and refusals happen here. */
export function cloudPort(cloud: GceCloud, network: Network, life: Life): Transport {
  const exchange = async (request: HttpRequest, call: CloudCall, signal: AbortSignal): Promise<HttpAnswer> => {
    const { method, path, headers, body } = request;
    const effect = network.cloudFaults.take(call.method);
    if (effect) network.trace.add(life.name, `    fault ${JSON.stringify(effect)}`);
    network.deliver(life, call);
    // The mock's own faults, for this one call: its table is read before the first wait.
    if (effect) cloud.setFaults([{ match: {}, effect }]);
    const answering = cloud.handle({
      method,
      path,
      headers,
      body: body === undefined ? undefined : Buffer.from(body),
      signal: AbortSignal.any([signal, life.hangup.signal]),
    });
    if (effect) cloud.setFaults([]);
    const answer = await answering;
    const text = Buffer.from(answer.body).toString('utf8');
    network.delivered(life, call, answer.status, text);
    const shown = answer.status === 200 ? staleList(call, text, network) : text;
    return { status: answer.status, headers: answer.headers, body: shown };
  };

  const travel = async (request: HttpRequest, call: CloudCall, signal: AbortSignal): Promise<HttpAnswer> => {
    await network.way(life, call.method, call.key);
    const answer = await exchange(request, call, signal);
    await network.wayBack(life, call.method, call.key);
    await life.clock.thawed();
    return answer;
  };

  return {
    send: async (request, signal) => {
      const call = cloudCall(request);
      if (life.dead) return forever();
      if (signal.aborted) throw new PorticoError('aborted', 'Stopped.');
      network.sending(life, call);
      if (life.dead) return forever();
      const limit = new AbortController();
      const cancel = life.clock.after(patience(call.method), () => limit.abort());
      try {
        const patient = AbortSignal.any([signal, limit.signal]);
        const answer = await unlessAborted(travel(request, call, patient), patient);
        if (!life.dead) network.answered(life, call, answer.status);
        return life.dead ? await forever() : answer;
      } catch (cause) {
        if (life.dead) return await forever();
        network.answered(life, call, 0);
        if (cause instanceof PorticoError) throw cause;
        if (signal.aborted) throw new PorticoError('aborted', 'Stopped.', { cause });
        throw new PorticoError('unreachable', 'The Compute API did not answer.', { cause });
      } finally {
        cancel();
      }
    },
    close: () => Promise.resolve(),
  };
}
